using Orchestrator.Engines.PostgreSql.Assessment.Checks;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Every check, in the order they run.</summary>
internal static class PgChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        .. PgVersions.Checks,
        .. ServerChecks.All,
        .. CaptureChecks.All,
        .. ConnectionChecks.All,
        .. ActivityChecks.All,
        .. SourcePrivilegeChecks.All,
        .. TargetPrivilegeChecks.All,
        .. KeyChecks.All,
        .. RelationKindChecks.All,
        .. ColumnChecks.All,
        .. TypeChecks.All,
        .. ConstraintChecks.All,
        .. TriggerChecks.All,
        .. ExtensionChecks.All,
        .. EncodingChecks.All,
        .. EnvironmentChecks.All,
        .. TargetTableChecks.All,
        .. SequenceChecks.All,
        .. PaceChecks.All,
    ];
}
