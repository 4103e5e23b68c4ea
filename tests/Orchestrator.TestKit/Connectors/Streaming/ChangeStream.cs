using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using NpgsqlTypes;

namespace Orchestrator.TestKit.Connectors;

/// <summary>
/// What a task does: reads the slot with Npgsql's own classes, writes events, and confirms a transaction only when Kafka has
/// all of it. It keeps no half transaction: whatever was not confirmed is sent again by the next one, whole.
/// </summary>
internal sealed class ChangeStream(ConnectorSettings settings, StandInOptions options, StandInFaults faults, TimeProvider time) : IDisposable
{
    private readonly TopicSink _sink = new(options, faults, settings.PartitionsOf);
    private ConnectorOffset? _done;
    private ConnectorOffset? _confirmed;
    private long _flushed;
    private long _beaten;

    /// <summary>Told of every confirmed position, before the slot is.</summary>
    public required Action<ConnectorOffset> Confirmed { get; init; }

    /// <summary>Runs until it is cancelled or fails.</summary>
    /// <param name="offset">Where the last one ended; null: a connector's first.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(ConnectorOffset? offset, CancellationToken ct)
    {
        var writer = new EventWriter(settings, _sink, faults, time);
        await using var connection = new NpgsqlConnection(settings.Connection().ConnectionString);
        await connection.OpenAsync(ct);
        var catalog = new SourceCatalog(connection);
        var slot = await catalog.SlotAsync(settings.Slot, ct) ?? throw TaskFailure.NoSlot(settings.Slot);
        if (!await catalog.HasPublicationAsync(settings.Publication, ct)) throw TaskFailure.NoPublication(settings.Publication);
        if (offset is not null && settings.TrustsOffset && slot > offset.Lsn) throw TaskFailure.OffsetBehind(offset.Lsn, slot);
        if (offset is null && settings.SnapshotMode == "initial") await CopyAsync(connection, catalog, writer, slot, ct);
        await StreamAsync(catalog, writer, offset?.Lsn ?? slot, ct);
    }

    public void Dispose() => _sink.Dispose();

    private async Task CopyAsync(NpgsqlConnection connection, SourceCatalog catalog, EventWriter writer, ulong slot, CancellationToken ct)
    {
        await new SnapshotReader(connection, settings, writer, time).RunAsync(catalog, ct);
        await _sink.FlushAsync(ct);
        Confirmed(new ConnectorOffset(slot, null, 0));
    }

    private async Task StreamAsync(SourceCatalog catalog, EventWriter writer, ulong from, CancellationToken ct)
    {
        await using var replication = new LogicalReplicationConnection(settings.Connection().ConnectionString) { WalReceiverStatusInterval = TimeSpan.FromSeconds(1) };
        await replication.Open(ct);
        var events = new StreamEvents(settings, catalog, writer) { Committed = offset => _done = offset };
        var plugin = new PgOutputReplicationOptions(settings.Publication, PgOutputProtocolVersion.V1, messages: true);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var messages = replication.StartReplication(new PgOutputReplicationSlot(settings.Slot), plugin, end.Token, new NpgsqlLogSequenceNumber(from)).GetAsyncEnumerator(end.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= messages.MoveNextAsync().AsTask();
                if (!next.IsCompleted) await WaitAsync(next, ct);
                if (next.IsCompleted)
                {
                    if (!await next) return;
                    next = null;
                    await events.TakeAsync(messages.Current, ct);
                }

                await ConfirmAsync(replication, ct);
                await BeatAsync(writer, ct);
            }
        }
        finally
        {
            await EndAsync(messages, next, end);
        }
    }

    /// <summary>Waits for a message, or until a confirmation or heartbeat may be due.</summary>
    private async Task WaitAsync(Task next, CancellationToken ct)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(20), time, pause.Token));
        await pause.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private async Task ConfirmAsync(LogicalReplicationConnection replication, CancellationToken ct)
    {
        if (_done is null || _done == _confirmed || time.GetElapsedTime(_flushed) < options.OffsetFlush) return;
        var done = _done;
        await _sink.FlushAsync(ct);
        Confirmed(done);
        (_confirmed, _flushed) = (done, time.GetTimestamp());
        replication.SetReplicationStatus(new NpgsqlLogSequenceNumber(done.Lsn));
        await replication.SendStatusUpdate(ct);
    }

    private async Task BeatAsync(EventWriter writer, CancellationToken ct)
    {
        if (settings.Heartbeat == TimeSpan.Zero || (_beaten != 0 && time.GetElapsedTime(_beaten) < settings.Heartbeat)) return;
        _beaten = time.GetTimestamp();
        await writer.HeartbeatAsync(ct);
        if (settings.HeartbeatQuery.Length == 0) return;
        await using var connection = new NpgsqlConnection(settings.Connection().ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(settings.HeartbeatQuery, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task EndAsync(IAsyncEnumerator<PgOutputReplicationMessage> messages, Task<bool>? next, CancellationTokenSource end)
    {
        await end.CancelAsync();
        try
        {
            if (next is not null) await next;
            await messages.DisposeAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or NpgsqlException or ObjectDisposedException)
        {
            // It is over; what ended it is thrown by whoever ended it.
            System.Diagnostics.Trace.WriteLine(e.Message);
        }
    }
}
