using System.Runtime.CompilerServices;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>Reads the connector's topics, and looks meanwhile whether connector, source and brokers do their part.</summary>
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
        var endpoint = await relay.EndpointAsync(ct);
        if (watches) await EnsureConnectorAsync(from, ct);
        if (watches) await source.Capture.CheckAsync(ct);
        var types = await source.UserTypesAsync(ct);
        _reader = new DebeziumChangeReader(tables, at => OpenFeed(endpoint, at), () => new TopicDecoder(source, tables, relay, endpoint, types), relay.Names.TransactionTopic, MergeLimits.Default, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = watches ? WatchAsync(from, stop.Token) : Task.Delay(Timeout.InfiniteTimeSpan, time, stop.Token);
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

    /// <summary>One that somebody deleted is made again: its slot has kept what it had not passed on, or Connect knows where in the log it stood.</summary>
    private async Task EnsureConnectorAsync(SourcePosition from, CancellationToken ct)
    {
        if (await relay.Connect.StatusAsync(relay.Names.Connector, ct) is not null) return;
        var (setup, config, seed) = (new ConnectorSetup(relay.Connect), await ConfigAsync(ct), relay.Seed(from));
        // Where a transaction ended that came by way of Kafka is no place to begin at.
        if (seed is null || from is not RelayedPosition) await setup.RegisterAsync(config, seed, ct);
        else if (!await setup.ReviveAsync(config, ct)) throw CaptureErrors.PlaceForgotten(relay.Names.Connector);
    }

    private Task<ConnectorConfig> ConfigAsync(CancellationToken ct) => relay.ConfigAsync(tables.Select(t => t.Table), ct);

    private KafkaRecordFeed OpenFeed(LogEndpoint endpoint, RelayedPosition? from) => _feed = new KafkaRecordFeed(
        relay.Kafka, relay.TopicsOf(endpoint, tables.Select(t => t.Table)), Offsets(from), new Dictionary<string, KnownTopic>(), relay.Topics, time);

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
    private async Task WatchAsync(SourcePosition from, CancellationToken ct)
    {
        var config = await ConfigAsync(ct);
        var isSettled = relay.Seed(from) is null;
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

            if (!isSettled && verdict.Health == ConnectorHealth.Running) isSettled = await SettleAsync(config, relay.Seed(from)!, ct);
            await CheckAsync(ct);
        }
    }

    private async Task<bool> SettleAsync(ConnectorConfig config, string seed, CancellationToken ct)
    {
        try
        {
            return await new ConnectorSetup(relay.Connect).SettleAsync(config, seed, ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            // The next look tries again, and says if Connect is away.
            return false;
        }
    }

    private async Task CheckAsync(CancellationToken ct)
    {
        try
        {
            await source.Capture.CheckAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException && source.Describe(e, "Looking at the source").Kind == ErrorKind.Transient)
        {
            // The connector meets the same trouble and says so.
        }
    }

    private void Say(bool good, string text) => notify(new RunNotice(good ? NoticeLevel.Information : NoticeLevel.Warning, text));
}
