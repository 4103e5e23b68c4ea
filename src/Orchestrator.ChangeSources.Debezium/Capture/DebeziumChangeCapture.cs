using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>
/// The source's own capture makes what it needs and the snapshot; a connector follows the log from the snapshot's position on
/// and writes to Kafka, where we read. A PostgreSQL source forgets what is in Kafka, before it is on the target.
/// </summary>
internal sealed class DebeziumChangeCapture(IRelayableSource source, Relay relay, TimeProvider time) : IChangeCapture, IDisposable
{
    /// <summary>A marker nobody waits for: an idle source's place is told by nothing else.</summary>
    private const string Sign = "";

    private static readonly TimeSpan DeletionLimit = TimeSpan.FromSeconds(30);

    public Action<RunNotice> Notify { get; set; } = _ => { };

    public async Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        // What an earlier try left would be read as this one's.
        await RemoveConnectorAsync(ct);
        await RemoveTopicsAsync(ct);
        var snapshot = await source.Capture.CreateAsync(tables, ct);
        try
        {
            await new ConnectorSetup(relay.Connect).RegisterAsync(await relay.ConfigAsync(tables, ct), relay.Seed(snapshot.Position), ct);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    public Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => source.Capture.TakeSnapshotAsync(tables, ct);

    public Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => source.Capture.TakeViewAsync(tables, ct);

    public Task<ISnapshotSession> JoinViewAsync(string name, CancellationToken ct) => source.Capture.JoinViewAsync(name, ct);

    public Task<CaptureStatus?> StatusAsync(CancellationToken ct) => source.Capture.StatusAsync(ct);

    public Task CheckAsync(CancellationToken ct) => source.Capture.CheckAsync(ct);

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => new WatchedReader(source, relay, tables, Notify, time);

    public IChangeReader OpenFollower(IReadOnlyList<FollowedTable> tables) => new WatchedReader(source, relay, tables, Notify, time, watches: false);

    public async Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct)
    {
        var position = await source.Capture.EmitMarkerAsync(nonce, ct);
        // A cutover must not rest on a stream that had a hole; what is altered after the marker comes too late to make one before it.
        await source.Capture.CheckAsync(ct);
        return position;
    }

    public Task<SourcePosition> CurrentPositionAsync(CancellationToken ct) => source.Capture.EmitMarkerAsync(Sign, ct);

    public async Task DropAsync(CancellationToken ct)
    {
        await RemoveConnectorAsync(ct);
        await DropFromSourceAsync(ct);
        try
        {
            await RemoveTopicsAsync(ct);
            await relay.Topics.DeleteGroupAsync(relay.Names.ConsumerGroup, relay.Names.ConsumerGroup, ct);
        }
        catch (OrchestratorException e)
        {
            // Nothing depends on them any more, and an account need not be allowed to delete.
            Notify(new RunNotice(NoticeLevel.Warning, $"topics of {relay.Names.TopicPrefix} and its consumer group stay on Kafka: {e.Message}", KeyValuePair.Create("code", e.Code)));
        }
    }

    public void Dispose() => relay.Dispose();

    private async Task DropFromSourceAsync(CancellationToken ct)
    {
        try
        {
            await source.Capture.DropAsync(ct);
        }
        catch (OrchestratorException e) when (e.Code == "E-BINLOG-014")
        {
            // After the switch a MySQL server takes no writes from anybody.
            Notify(new RunNotice(NoticeLevel.Warning, e.Message, KeyValuePair.Create("code", e.Code)));
        }
    }

    private Task RemoveConnectorAsync(CancellationToken ct) => new ConnectorSetup(relay.Connect).RemoveAsync(relay.Names.Connector, ct);

    private async Task RemoveTopicsAsync(CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (Ours() is { Count: > 0 } topics)
        {
            // The heartbeat topic is the one whose name does not begin with the prefix.
            foreach (var group in topics.GroupBy(t => t == relay.Names.HeartbeatTopic ? t : relay.Names.TopicPrefix))
                await relay.Topics.DeleteAsync(group.Key, [.. group], ct);
            // Brokers delete when they come to it; until then the topic is still there, with its records.
            if (time.GetElapsedTime(start) > DeletionLimit) throw CaptureErrors.TopicsStay(topics);
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, ct);
        }
    }

    private List<string> Ours() => [.. relay.Topics.List("").Where(relay.Names.IsOurTopic)];
}
