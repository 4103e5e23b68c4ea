using System.Text;
using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>A row that is not the same on both sides.</summary>
/// <param name="Kind">How it differs.</param>
/// <param name="Source">The row there; null if missing there.</param>
/// <param name="Target">The row there; null if missing there.</param>
/// <param name="Count">Rows alike; the digests' own counts do not matter here.</param>
public sealed record DifferingRow(DifferenceKind Kind, RowDigest? Source, RowDigest? Target, long Count)
{
    /// <summary>The row by which it is looked up again.</summary>
    public RowDigest Any => Source ?? Target!;
}

/// <summary>
/// Compares two multisets of rows. Rows are cancelled against each other by key and both hashes; what is left over is
/// paired by key. Order does not matter, so no collation can.
/// </summary>
public static class RowDiff
{
    public static IReadOnlyList<DifferingRow> Compare(IEnumerable<RowDigest> source, IEnumerable<RowDigest> target)
    {
        var left = new Dictionary<(string Key, long A, long B), (RowDigest Row, long Net)>();
        foreach (var row in source) Count(left, row, row.Count);
        foreach (var row in target) Count(left, row, -row.Count);
        var result = new List<DifferingRow>();
        foreach (var group in left.Where(e => e.Value.Net != 0).GroupBy(e => e.Key.Key, e => e.Value, StringComparer.Ordinal))
        {
            var sources = group.Where(e => e.Net > 0);
            var targets = group.Where(e => e.Net < 0).Select(e => (e.Row, Net: -e.Net));
            if (group.First().Row.Key.Count == 0)
                result.AddRange(Unpaired(sources, targets));
            else
                result.AddRange(Paired(new(sources), new(targets)));
        }

        return result;
    }

    /// <summary>One text per key; parts are length-prefixed so that ('a','bc') is not ('ab','c').</summary>
    public static string KeyText(IReadOnlyList<string> key)
    {
        if (key.Count == 1) return key[0];
        var text = new StringBuilder();
        foreach (var part in key) text.Append(part.Length).Append(':').Append(part);
        return text.ToString();
    }

    private static void Count(Dictionary<(string, long, long), (RowDigest Row, long Net)> left, RowDigest row, long count)
    {
        var id = (KeyText(row.Key), row.HashA, row.HashB);
        left[id] = (row, left.GetValueOrDefault(id).Net + count);
    }

    private static IEnumerable<DifferingRow> Unpaired(
        IEnumerable<(RowDigest Row, long Net)> sources, IEnumerable<(RowDigest Row, long Net)> targets) =>
        sources.Select(s => new DifferingRow(DifferenceKind.Missing, s.Row, null, s.Net))
            .Concat(targets.Select(t => new DifferingRow(DifferenceKind.Extra, null, t.Row, t.Net)));

    private static IEnumerable<DifferingRow> Paired(
        Queue<(RowDigest Row, long Net)> sources, Queue<(RowDigest Row, long Net)> targets)
    {
        var (s, t) = (Next(sources), Next(targets));
        while (s.Net > 0 && t.Net > 0)
        {
            var both = Math.Min(s.Net, t.Net);
            yield return new DifferingRow(DifferenceKind.Changed, s.Row, t.Row, both);
            (s.Net, t.Net) = (s.Net - both, t.Net - both);
            if (s.Net == 0) s = Next(sources);
            if (t.Net == 0) t = Next(targets);
        }

        for (; s.Net > 0; s = Next(sources)) yield return new DifferingRow(DifferenceKind.Missing, s.Row, null, s.Net);
        for (; t.Net > 0; t = Next(targets)) yield return new DifferingRow(DifferenceKind.Extra, null, t.Row, t.Net);
    }

    private static (RowDigest Row, long Net) Next(Queue<(RowDigest, long)> rows) => rows.TryDequeue(out var row) ? row : default;
}
