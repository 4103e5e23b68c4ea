using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>What the target will have and what not.</summary>
internal static class StructureChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-050", Severity.Blocker, "schema", "Names do not collide on the target", (c, f, _) =>
        {
            if (c.StructureProblem is { } problem) f.Add("source", problem, "Give databases schemas of their own with --schema-map, or columns other names in the configuration file.");
            return Task.CompletedTask;
        }),
        new("F-MYS-051", Severity.Warning, "schema", "What is not carried over", (c, f, _) =>
        {
            foreach (var alike in c.Structure?.LeftBehind.GroupBy(l => (l.Kind, l.Why)) ?? [])
                f.AddTogether(Severity.Warning, $"{alike.Key.Kind}s", [.. alike.Select(l => alike.Count() == 1 ? $"{l.Kind} {l.Name}" : l.Name)], alike.Key.Why, "Make on the target what your application needs of it.");
            return Task.CompletedTask;
        }),
    ];
}
