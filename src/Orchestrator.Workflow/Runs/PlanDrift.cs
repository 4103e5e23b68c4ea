using Orchestrator.Core.Reading;

namespace Orchestrator.Workflow.Runs;

/// <summary>Says in words what changed between the plan and the source as it is now.</summary>
public static class PlanDrift
{
    /// <summary>Null if nothing changed.</summary>
    public static string? Describe(SourceInventory plan, SourceInventory now)
    {
        if (plan.Fingerprint == now.Fingerprint) return null;
        var (before, after) = (plan.Tables.ToDictionary(t => t.SourceId), now.Tables.ToDictionary(t => t.SourceId));
        var gone = plan.Tables.Where(t => !after.ContainsKey(t.SourceId)).Select(t => $"{t.Table} is gone");
        var created = now.Tables.Where(t => !before.ContainsKey(t.SourceId)).Select(t => $"{t.Table} is new");
        var changed = now.Tables.Where(t => before.TryGetValue(t.SourceId, out var b) && (b.Table != t.Table || b.Fingerprint != t.Fingerprint))
            .Select(t => before[t.SourceId].Table == t.Table ? $"{t.Table} has other columns" : $"{before[t.SourceId].Table} is now {t.Table}");
        var keys = now.Tables.Where(t => before.TryGetValue(t.SourceId, out var b) && !(b.Key.Kind == t.Key.Kind && b.Key.Columns.SequenceEqual(t.Key.Columns)))
            .Select(t => $"{t.Table} has another key or replica identity");
        var sequences = now.Sequences.Except(plan.Sequences).Select(s => $"sequence {s} is new")
            .Concat(plan.Sequences.Except(now.Sequences).Select(s => $"sequence {s} is gone"));
        return string.Join(", ", gone.Concat(created).Concat(changed).Concat(keys).Concat(sequences));
    }
}
