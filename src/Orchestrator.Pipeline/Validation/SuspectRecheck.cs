using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>
/// Reads rows that differed again, in fresh views, until they agree. For sides that are not at one position: a change
/// on its way looks like a difference. A row that never agrees is a difference.
/// </summary>
public sealed class SuspectRecheck(Func<CancellationToken, Task<ViewPair>> openNow, ValidationOptions options, TimeProvider time)
{
    /// <summary>The rows that still differ after the last try, and the views of that try; no views if none is left.</summary>
    public async Task<(IReadOnlyList<DifferingRow> Rows, ViewPair? Views)> SettleAsync(
        DigestTable table, IReadOnlyList<DifferingRow> suspects, CancellationToken ct)
    {
        var delay = options.RecheckDelay;
        for (var attempt = 1; ; attempt++)
        {
            await Task.Delay(delay, time, ct);
            delay = delay * 2 < options.RecheckMaxDelay ? delay * 2 : options.RecheckMaxDelay;
            var views = await openNow(ct);
            try
            {
                suspects = await StillDifferentAsync(views, table, suspects, ct);
                if (suspects.Count > 0 && attempt >= options.RecheckTries) return (suspects, views);
            }
            catch
            {
                await views.DisposeAsync();
                throw;
            }

            await views.DisposeAsync();
            if (suspects.Count == 0) return ([], null);
        }
    }

    private static async Task<IReadOnlyList<DifferingRow>> StillDifferentAsync(
        ViewPair views, DigestTable table, IReadOnlyList<DifferingRow> suspects, CancellationToken ct)
    {
        var left = new List<DifferingRow>();
        var wanted = suspects.SelectMany(s => Wanted(s, table.Key.Count > 0))
            .DistinctBy(r => table.Key.Count > 0 ? (RowDiff.KeyText(r.Key), 0, 0) : ("", r.HashA, r.HashB));
        foreach (var part in wanted.Chunk(RowNaming.RowsPerRead))
        {
            var (source, target) = await views.BothAsync((v, stop) => v.ReadAsync(table, part, stop), ct);
            left.AddRange(RowDiff.Compare(source.Select(r => r.Row), target.Select(r => r.Row)));
        }

        return left;
    }

    private static IEnumerable<RowDigest> Wanted(DifferingRow row, bool keyed) =>
        keyed ? [row.Any] : new[] { row.Source, row.Target }.OfType<RowDigest>();
}
