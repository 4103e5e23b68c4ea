using System.Runtime.CompilerServices;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Reads a run's changes from the topics of a connector; each of the source's transactions comes whole, in commit order.</summary>
/// <param name="tables">Followed tables, as the decoder numbers them.</param>
/// <param name="openFeed">
/// Opens the topics at a position's offsets; partitions that are not named there, and all of them without a position, from
/// their beginning. The transaction topic at <see cref="RelayedPosition.RecentFrom"/>, or where it begins now, if that is later.
/// </param>
/// <param name="openDecoder">Makes a decoder for one reading.</param>
/// <param name="transactionTopic">The connector's transaction topic.</param>
/// <param name="held">How much is held back.</param>
/// <param name="time">The clock.</param>
internal sealed class DebeziumChangeReader(
    IReadOnlyList<FollowedTable> tables,
    Func<RelayedPosition?, IRecordFeed> openFeed,
    Func<IEventDecoder> openDecoder,
    string transactionTopic,
    MergeLimits held,
    TimeProvider time) : IChangeReader
{
    /// <summary>How long the brokers are asked for a record at a time.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    private RelayedPosition? _applied;

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourcePosition from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        using var merge = new TransactionMerge(transactionTopic, from, held);
        using var decoder = openDecoder();
        using var box = new MergedBatches(tables, merge, decoder, limits, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = Task.Factory.StartNew(
            () => Pump(from as RelayedPosition, merge, box, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (true) yield return await box.TakeAsync(ct);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Told to the brokers before the next record is asked for: the feed belongs to the reading thread.</summary>
    public Task AcknowledgeAsync(SourcePosition applied, CancellationToken ct)
    {
        if (applied is RelayedPosition relayed) Volatile.Write(ref _applied, relayed);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Pump(RelayedPosition? from, TransactionMerge merge, MergedBatches box, CancellationToken ct)
    {
        try
        {
            using var feed = openFeed(from);
            var (quietSince, place) = (time.GetTimestamp(), merge.Applied);
            while (!ct.IsCancellationRequested)
            {
                if (Interlocked.Exchange(ref _applied, null) is { } applied) feed.Commit(applied.Offsets);
                if (feed.Next(Wait, ct) is not { } record) box.Tick();
                else box.Feed(record, ct);
                Turn(merge, feed);
                if (merge.IsAwaiting) feed.Hurry();
                if (merge.Applied is var now && now != place) (quietSince, place) = (time.GetTimestamp(), now);
                if (time.GetElapsedTime(quietSince) < held.Patience) continue;
                if (merge.Stalled() is { } stalled) throw stalled;
                quietSince = time.GetTimestamp();
            }
        }
        catch (Exception e)
        {
            // Whoever takes the batches hears of it; after a cancel nobody does.
            box.Fail(e);
        }
    }

    private static void Turn(TransactionMerge merge, IRecordFeed feed)
    {
        foreach (var (topic, partition, pause) in merge.Turn())
        {
            if (pause) feed.Pause(topic, partition);
            else feed.Resume(topic, partition);
        }
    }
}
