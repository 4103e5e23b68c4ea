using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.Workflow.Runs;

/// <summary>
/// Takes columns that were added, dropped, renamed or retyped on both sides into the plan of a run that follows changes
/// (CASES C12). The old form is kept: the stream says by itself where it ends.
/// </summary>
public static class PlanForms
{
    /// <summary>The plan with the new forms; null if nothing changed or the run cannot go on with what changed.</summary>
    /// <param name="plan">As the run follows it.</param>
    /// <param name="now">The source as it is.</param>
    /// <param name="target">The target as it is.</param>
    public static SourceInventory? Next(SourceInventory plan, SourceInventory now, SourceInventory target)
    {
        var before = plan.Tables.ToDictionary(t => t.SourceId);
        if (now.Tables.Count != before.Count || !now.Tables.All(t => before.TryGetValue(t.SourceId, out var b) && b.Table == t.Table)) return null;
        var changed = now.Tables.Where(t => before[t.SourceId].Fingerprint != t.Fingerprint).ToList();
        var there = target.Tables.ToDictionary(t => t.Table);
        var goesOn = changed.Count > 0 && changed.TrueForAll(t =>
            CanFollow(before[t.SourceId], t) && there.TryGetValue(t.Table, out var copy) && Shape(copy).SetEquals(Shape(t)));
        // The plan's order is the order of the load and stays.
        var newForms = now.Tables.ToDictionary(t => t.SourceId);
        return goesOn
            ? plan with
            {
                Tables = [.. plan.Tables.Select(t => changed.Contains(newForms[t.SourceId]) ? newForms[t.SourceId] : t)],
                EarlierForms = [.. plan.EarlierForms, .. changed.Select(t => before[t.SourceId])],
                Sequences = now.Sequences,
            }
            : null;
    }

    /// <summary>
    /// A column dropped and another added may be one column made anew, whose old values the stream does not tell; so
    /// only either is followed. A rename or a new type keeps the column's number.
    /// </summary>
    private static bool CanFollow(TableSchema before, TableSchema now)
    {
        var (old, fresh) = (before.Columns.Select(c => c.Ordinal).ToHashSet(), now.Columns.Select(c => c.Ordinal).ToHashSet());
        return (old.IsSubsetOf(fresh) || fresh.IsSubsetOf(old)) && before.Key.Kind == now.Key.Kind
            && before.Key.Columns.Select(c => before.Copied[c].Ordinal).SequenceEqual(now.Key.Columns.Select(c => now.Copied[c].Ordinal));
    }

    private static HashSet<(string, string, ColumnKind)> Shape(TableSchema table) => [.. table.Columns.Select(c => (c.Name, c.Type, c.Kind))];
}
