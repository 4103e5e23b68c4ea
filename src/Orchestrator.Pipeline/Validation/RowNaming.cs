using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>Turns differing rows into report lines: key, columns, and for the first ones the values of both sides.</summary>
public static class RowNaming
{
    /// <summary>Rows looked up in one query.</summary>
    public const int RowsPerRead = 1_000;

    public static async Task<IReadOnlyList<RowDifference>> NameAsync(
        ViewPair views, DigestTable table, IReadOnlyList<DifferingRow> rows, int samples, CancellationToken ct)
    {
        var named = new List<RowDifference>(rows.Count);
        foreach (var batch in rows.Chunk(RowsPerRead))
        {
            var wanted = batch.SelectMany(Digests).ToArray();
            var (source, target) = await views.BothAsync((v, stop) => ContentAsync(v, table, wanted, stop), ct);
            foreach (var row in batch)
                named.Add(Name(table, row, Find(source, row.Source), Find(target, row.Target), named.Count < samples));
        }

        return named;
    }

    private static IEnumerable<RowDigest> Digests(DifferingRow row)
    {
        if (row.Source is { } source) yield return source;
        // A changed row has one key on both sides: once is enough to find it.
        if (row.Target is { } target && row.Source is null) yield return target;
    }

    private static async Task<Dictionary<(string, long, long), RowContent>> ContentAsync(
        IDigestSession view, DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
    {
        var found = new Dictionary<(string, long, long), RowContent>();
        foreach (var part in wanted.Chunk(RowsPerRead))
            foreach (var content in await view.ReadAsync(table, part, ct))
                found[Id(content.Row)] = content;
        return found;
    }

    private static RowContent? Find(Dictionary<(string, long, long), RowContent> found, RowDigest? row) =>
        row is null ? null : found.GetValueOrDefault(Id(row));

    private static (string, long, long) Id(RowDigest row) => (RowDiff.KeyText(row.Key), row.HashA, row.HashB);

    private static RowDifference Name(
        DigestTable table, DifferingRow row, RowContent? source, RowContent? target, bool withValues)
    {
        var columns = new List<ColumnDifference>();
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var (s, t) = (source?.Cells[i], target?.Cells[i]);
            if (row.Kind == DifferenceKind.Changed ? s == t : !withValues) continue;
            columns.Add(withValues
                ? new ColumnDifference(table.Columns[i], Value(s), Value(t))
                : new ColumnDifference(table.Columns[i], null, null));
        }

        return new RowDifference(
            row.Kind, [.. table.Key.Zip(row.Any.Key, KeyValuePair.Create)], row.Count, columns);
    }

    private static ReportedValue? Value(CellContent? cell) => cell is null ? null : new ReportedValue(cell.Text, cell.Length);
}
