using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Pipeline.FullLoad;

/// <summary>The driving process's side of a load that several processes share: offers the chunks, copies with the others, and sees when a table is in.</summary>
/// <param name="target">Where the rows go.</param>
/// <param name="fence">The run's token.</param>
/// <param name="lanes">Copy sessions of this process.</param>
/// <param name="time">Clock of waits.</param>
/// <param name="notify">Told what whoever watches should know.</param>
internal sealed class SharedLoad(ITargetEngine target, FencingToken fence, int lanes, TimeProvider time, Action<RunNotice> notify)
{
    /// <summary>As often as a chunk is tried again in a load that is not shared.</summary>
    private const int Tries = 5;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when every chunk is in; after an error the offer stays until it is withdrawn.</summary>
    /// <param name="snapshot">Read by all.</param>
    /// <param name="chunks">In the order in which they are claimed.</param>
    /// <param name="progress">Told of every process's work.</param>
    /// <param name="whenIn">Called for each table whose chunks are all in, one after the other.</param>
    /// <param name="ct">Stops.</param>
    public async Task CopyAsync(ISnapshot snapshot, IReadOnlyList<Chunk> chunks, LoadProgress progress, Func<TableSchema, Task> whenIn, CancellationToken ct)
    {
        await target.Share.OfferAsync(snapshot.Name, chunks, fence, ct);
        IReadOnlyDictionary<TableRef, TableSchema> tables = chunks.Select(c => c.Table).DistinctBy(t => t.Table).ToDictionary(t => t.Table);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> work =
        [
            WatchAsync(tables, progress, whenIn, stop.Token),
            .. Enumerable.Range(0, Math.Min(lanes, chunks.Count)).Select(_ => new LaneRunner(
                (_, token) => snapshot.OpenSessionAsync(token), target, _ => Task.FromResult(tables), "the driving process", Tries, time, notify).RunAsync(stop.Token)),
        ];
        var first = await Task.WhenAny(work);
        await stop.CancelAsync();
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        await first;
        await target.Share.WithdrawAsync(fence, ct);
    }

    private async Task WatchAsync(IReadOnlyDictionary<TableRef, TableSchema> tables, LoadProgress progress, Func<TableSchema, Task> whenIn, CancellationToken ct)
    {
        var complete = new HashSet<TableRef>();
        while (true)
        {
            foreach (var tally in (await target.Share.TallyAsync(ct)).Where(t => !complete.Contains(t.Table)))
            {
                progress.Seen(tables[tally.Table], tally);
                if (tally.Done < tally.Chunks) continue;
                await whenIn(tables[tally.Table]);
                complete.Add(tally.Table);
            }

            if (complete.Count == tables.Count) return;
            await Task.Delay(LookEvery, time, ct);
        }
    }
}
