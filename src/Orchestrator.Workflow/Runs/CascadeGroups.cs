using Orchestrator.Core.Model;

namespace Orchestrator.Workflow.Runs;

/// <summary>
/// Tables that change each other without a trace in the log (<see cref="Cascade"/>) must show one moment: a change that one of
/// them holds already is not applied again, and would not reach the others.
/// </summary>
public static class CascadeGroups
{
    /// <summary>Those of the loaded tables whose whole group is loaded.</summary>
    /// <param name="tables">Every table of the run.</param>
    /// <param name="loaded">Names of those that are complete.</param>
    public static IReadOnlySet<TableRef> Whole(IReadOnlyList<TableSchema> tables, IReadOnlySet<TableRef> loaded)
    {
        var group = tables.ToDictionary(t => t.Table, t => t.Table);
        foreach (var table in tables)
            foreach (var cascade in table.Cascades.Where(c => group.ContainsKey(c.Child))) Join(group, table.Table, cascade.Child);
        var broken = tables.Where(t => !loaded.Contains(t.Table)).Select(t => group[t.Table]).ToHashSet();
        return loaded.Where(t => !broken.Contains(group[t])).ToHashSet();
    }

    private static void Join(Dictionary<TableRef, TableRef> group, TableRef one, TableRef other)
    {
        var (from, to) = (group[other], group[one]);
        foreach (var table in group.Keys.Where(t => group[t] == from).ToList()) group[table] = to;
    }
}
