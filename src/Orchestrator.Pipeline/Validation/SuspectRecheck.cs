using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>
/// Reads rows that differed again, in fresh views, until they agree. For sides that are not at one position: a change
/// on its way looks like a difference. A row that never agrees is a difference.
/// </summary>
public sealed class SuspectRecheck(Func<CancellationToken, Task<ViewPair>> openNow, ValidationOptions options, TimeProvider time)
{
    /// <summary>What became of the suspects.</summary>
    /// <param name="Rows">Those that still differ after the last try.</param>
    /// <param name="Views">The views of that try; null if no row is left.</param>
    /// <param name="LostSight">A row the source had is on neither side any more: it may have gone on, still different, under another key.</param>
    public sealed record Outcome(IReadOnlyList<DifferingRow> Rows, ViewPair? Views, bool LostSight);

    /// <summary>Views of both sides as of now.</summary>
    public Task<ViewPair> OpenAsync(CancellationToken ct) => openNow(ct);

    public async Task<Outcome> SettleAsync(DigestTable table, IReadOnlyList<DifferingRow> suspects, CancellationToken ct)
    {
        var lostSight = false;
        var delay = options.RecheckDelay;
        for (var attempt = 1; ; attempt++)
        {
            await Task.Delay(delay, time, ct);
            delay = delay * 2 < options.RecheckMaxDelay ? delay * 2 : options.RecheckMaxDelay;
            var views = await openNow(ct);
            try
            {
                (suspects, var lost) = await StillDifferentAsync(views, table, suspects, ct);
                lostSight |= lost;
                if (suspects.Count > 0 && attempt >= options.RecheckTries) return new Outcome(suspects, views, lostSight);
            }
            catch
            {
                await views.DisposeAsync();
                throw;
            }

            await views.DisposeAsync();
            if (suspects.Count == 0) return new Outcome([], null, lostSight);
        }
    }

    private static async Task<(IReadOnlyList<DifferingRow> Rows, bool LostSight)> StillDifferentAsync(
        ViewPair views, DigestTable table, IReadOnlyList<DifferingRow> suspects, CancellationToken ct)
    {
        var left = new List<DifferingRow>();
        var seen = new HashSet<(string, long, long)>();
        var wanted = suspects.SelectMany(s => Wanted(s, table.Key.Count > 0)).DistinctBy(Id);
        foreach (var part in wanted.Chunk(RowNaming.RowsPerRead))
        {
            var (source, target) = await views.BothAsync((v, stop) => v.ReadAsync(table, part, stop), ct);
            left.AddRange(RowDiff.Compare(source.Select(r => r.Row), target.Select(r => r.Row)));
            seen.UnionWith(source.Concat(target).Select(r => Id(r.Row)));
        }

        // A row only the target had is gone as it should be: the source was ahead.
        return (left, suspects.Any(s => s.Source is { } row && !seen.Contains(Id(row))));
    }

    private static (string, long, long) Id(RowDigest row) =>
        row.Key.Count > 0 ? (RowDiff.KeyText(row.Key), 0, 0) : ("", row.HashA, row.HashB);

    private static IEnumerable<RowDigest> Wanted(DifferingRow row, bool keyed) =>
        keyed ? [row.Any] : new[] { row.Source, row.Target }.OfType<RowDigest>();
}
