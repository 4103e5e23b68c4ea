using System.Runtime.CompilerServices;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>Reads the connector's topics, and looks meanwhile whether connector, slot and brokers do their part.</summary>
/// <param name="source">The source itself.</param>
/// <param name="relay">The connector and its topics.</param>
/// <param name="tables">The followed tables.</param>
/// <param name="notify">Told what whoever watches should know.</param>
/// <param name="time">Clock of waits.</param>
/// <param name="watches">False: only reads the topics; another reader does the looking.</param>
internal sealed class WatchedReader(
    IRelayableSource source, Relay relay, IReadOnlyList<FollowedTable> tables, Action<RunNotice> notify, TimeProvider time, bool watches = true) : IChangeReader
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private DebeziumChangeReader? _reader;
    private KafkaRecordFeed? _feed;

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(SourcePosition from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        if (watches) await EnsureConnectorAsync(ct);
        if (watches) await source.Capture.CheckAsync(ct);
        var types = await source.UserTypesAsync(ct);
        _reader = new DebeziumChangeReader(tables, OpenFeed, () => new TopicDecoder(tables, relay, types), relay.Names.TransactionTopic, MergeLimits.Default, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = watches ? WatchAsync(stop.Token) : Task.Delay(Timeout.InfiniteTimeSpan, time, stop.Token);
        await using var batches = _reader.ReadAsync(from, limits, stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            while (await NextAsync(batches, watching, stop)) yield return batches.Current;
        }
        finally
        {
            await stop.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task AcknowledgeAsync(SourcePosition applied, CancellationToken ct) => _reader?.AcknowledgeAsync(applied, ct) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _reader?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>One that somebody deleted is made again: the slot has kept what it had not passed on.</summary>
    private async Task EnsureConnectorAsync(CancellationToken ct)
    {
        if (await relay.Connect.StatusAsync(relay.Names.Connector, ct) is not null) return;
        await new ConnectorSetup(relay.Connect).RegisterAsync(relay.Config([.. tables.Select(t => t.Table.Table).Distinct()]), seed: null, ct);
    }

    private KafkaRecordFeed OpenFeed(RelayedPosition? from) => _feed = new KafkaRecordFeed(
        relay.Kafka, relay.TopicsOf(tables.Select(t => t.Table.Table)), Offsets(from), new Dictionary<string, KnownTopic>(), relay.Topics, time);

    /// <summary>Applied transactions are read again, as far as the topic has them still, to know what of them may come once more.</summary>
    private Dictionary<(string Topic, int Partition), long> Offsets(RelayedPosition? from)
    {
        if (from is null) return [];
        var offsets = new Dictionary<(string Topic, int Partition), long>(from.Offsets);
        if (from.RecentFrom is not { } recent) return offsets;
        var transactions = (relay.Names.TransactionTopic, 0);
        // This is the feed's own thread, which may block.
        var begins = relay.Topics.RangesAsync([transactions], CancellationToken.None).GetAwaiter().GetResult().TryGetValue(transactions, out var range) ? range.Low : recent;
        offsets[transactions] = Math.Min(Math.Max(recent, begins), offsets.GetValueOrDefault(transactions, recent));
        return offsets;
    }

    /// <summary>What the run has to stop for counts before what is still to come; the read that is under way is ended first.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<ChangeBatch> batches, Task watching, CancellationTokenSource stop)
    {
        var next = batches.MoveNextAsync().AsTask();
        if (await Task.WhenAny(next, watching) != watching) return await next;
        await stop.CancelAsync();
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await watching;
        return false;
    }

    /// <summary>Ends with what the run has to stop for.</summary>
    private async Task WatchAsync(CancellationToken ct)
    {
        var config = relay.Config([.. tables.Select(t => t.Table.Table).Distinct()]);
        var watch = new ConnectorWatch(relay.Connect, relay.Names.Connector, config.Secrets, new WatchOptions(), time);
        ConnectorHealth? said = null;
        var isConnected = true;
        while (true)
        {
            await Task.Delay(LookEvery, time, ct);
            var verdict = await watch.LookAsync(ct);
            if (verdict.Health != (said ?? ConnectorHealth.Running)) Say(verdict.Health == ConnectorHealth.Running, verdict.Text);
            said = verdict.Health;
            if (_feed is { } feed && feed.IsConnected != isConnected)
            {
                isConnected = feed.IsConnected;
                Say(isConnected, isConnected ? "Kafka answers again." : $"Kafka does not answer: {feed.LastError}");
            }

            await CheckAsync(ct);
        }
    }

    private async Task CheckAsync(CancellationToken ct)
    {
        try
        {
            await source.Capture.CheckAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException && source.Describe(e, "Looking at the slot").Kind == ErrorKind.Transient)
        {
            // The connector meets the same trouble and says so.
        }
    }

    private void Say(bool good, string text) => notify(new RunNotice(good ? NoticeLevel.Information : NoticeLevel.Warning, text));

    /// <summary>Knows by its topic what a record is.</summary>
    private sealed class TopicDecoder(IReadOnlyList<FollowedTable> tables, Relay relay, IReadOnlyDictionary<uint, UserType> types) : IEventDecoder
    {
        private readonly EventDecoder _decoder = new(tables, ConnectorKind.PostgreSql, relay.Modes, types);

        public DecodedEvent? Unread => _decoder.Unread;

        public void Dispose() => _decoder.Dispose();

        public DecodedEvent Decode(in KafkaRecord record, RentedList<byte> images) => _decoder.Decode(relay.KindOf(record.Topic), record.Value, images);
    }
}
