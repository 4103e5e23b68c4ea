using Orchestrator.Engines.Sqlite.Assessment.Checks;

namespace Orchestrator.Engines.Sqlite.Assessment;

/// <summary>Every check, in the order they run.</summary>
internal static class SqliteChecks
{
    public static IReadOnlyList<SqliteCheck> All { get; } = [.. FileChecks.All, .. ValueChecks.All, .. StructureChecks.All];
}
