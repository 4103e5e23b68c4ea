using Orchestrator.Engines.MySql.Assessment.Checks;

namespace Orchestrator.Engines.MySql.Assessment;

/// <summary>Every check, in the order they run.</summary>
internal static class MySqlChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
        [.. ServerChecks.All, .. LogChecks.All, .. RightChecks.All, .. TableChecks.All, .. ColumnChecks.All, .. StructureChecks.All];
}
