using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>What of a table is compared, or why nothing can be.</summary>
/// <param name="Table">Null if <paramref name="Reason"/> says why not.</param>
/// <param name="Reason">Null if it can be compared.</param>
/// <param name="NotCompared">Columns left out, with the side that has them.</param>
public sealed record ComparisonPlan(DigestTable? Table, string? Reason, IReadOnlyList<string> NotCompared)
{
    /// <summary>
    /// Every column of the source must be on the target in the same form. Generated columns are compared too when both
    /// sides have them: each server computes its own, so it is a check of the expression as well.
    /// </summary>
    public static ComparisonPlan Of(
        TableSchema schema, IReadOnlyList<DigestColumn>? source, IReadOnlyList<DigestColumn>? target)
    {
        if (source is null) return Refuse("the source has no such table (any more)");
        if (target is null) return Refuse("the target has no such table");
        var there = target.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var here = source.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var column in source)
        {
            if (!there.TryGetValue(column.Name, out var other))
            {
                if (column.IsGenerated) continue;
                return Refuse($"column {column.Name} is not on the target");
            }

            if (column.Form is null || other.Form is null)
                return Refuse($"column {column.Name}, {column.Type} on the source and {other.Type} on the target, cannot be compared between two database systems");
            if (column.Form != other.Form)
                return Refuse($"column {column.Name} is {column.Type} on the source and {other.Type} on the target");
        }

        var columns = source.Select(c => c.Name).Where(there.ContainsKey).ToArray();
        IReadOnlyList<string> key = schema.Key.Kind is RowKeyKind.PrimaryKey or RowKeyKind.UniqueIndex
            ? [.. schema.Key.Columns.Select(i => schema.Copied[i].Name)]
            : [];
        if (key.FirstOrDefault(k => !columns.Contains(k, StringComparer.Ordinal)) is { } lost)
            return Refuse($"key column {lost} is gone: the structure changed");
        return new ComparisonPlan(
            new DigestTable(schema.Table, columns, key),
            null,
            [
                .. source.Where(c => !there.ContainsKey(c.Name)).Select(c => $"{c.Name} (source only, generated)"),
                .. target.Where(c => !here.Contains(c.Name)).Select(c => $"{c.Name} (target only)"),
            ]);
    }

    private static ComparisonPlan Refuse(string reason) => new(null, reason, []);
}
