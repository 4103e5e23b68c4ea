namespace Orchestrator.TestKit.Connectors;

/// <summary>
/// What a task of the MariaDB connector does: reads the log from where Connect says it stands, writes events, and confirms a
/// transaction only when Kafka has all of it.
/// </summary>
internal sealed class MariaStream(ConnectorSettings settings, StandInOptions options, StandInFaults faults, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private readonly TopicSink _sink = new(options, faults, settings.PartitionsOf);
    private BinlogPlace? _done;
    private BinlogPlace? _confirmed;
    private long _flushed;
    private long _beaten;

    /// <summary>Told of every confirmed place.</summary>
    public required Action<BinlogPlace> Confirmed { get; init; }

    /// <summary>Runs until it is cancelled or fails.</summary>
    public async Task RunAsync(BinlogPlace? offset, CancellationToken ct)
    {
        if (offset is null) throw TaskFailure.NoOffset();
        if (settings.SnapshotMode == "no_data" && !offset.HasHistory) throw TaskFailure.NoHistory();
        var catalog = new MariaCatalog(settings);
        // Null: the server gives up at an event over its max_allowed_packet, which some test wrote before.
        if (await catalog.GtidsAtAsync(offset.File, offset.Position, ct) is { } gtids && gtids != offset.Gtids) throw TaskFailure.NotThatLog(offset.Gtids, gtids);
        var (file, position) = (offset.File, offset.Position);
        using var log = new BinlogFiles(await catalog.BasenameAsync(ct));
        string? committed = null;
        var writer = new MariaWriter(settings, _sink, faults, time);
        var events = new MariaEvents(settings, catalog, await catalog.TablesAsync(ct), writer, offset.Gtids) { Committed = g => committed = g };
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var next = log.Next(ref file, ref position);
            if (next is not null)
            {
                await events.TakeAsync(next, ct);
                if (committed is not null) _done = new BinlogPlace(next.File, next.Next, committed, HasHistory: true);
                committed = null;
            }
            else if (log.IsOver(file, position))
            {
                (file, position) = (BinlogFiles.After(file), 4);
            }
            else
            {
                await Task.Delay(Pause, time, ct);
            }

            await ConfirmAsync(ct);
            await BeatAsync(writer, ct);
        }
    }

    public void Dispose() => _sink.Dispose();

    private async Task ConfirmAsync(CancellationToken ct)
    {
        if (_done is null || _done == _confirmed || time.GetElapsedTime(_flushed) < options.OffsetFlush) return;
        var done = _done;
        await _sink.FlushAsync(ct);
        Confirmed(done);
        (_confirmed, _flushed) = (done, time.GetTimestamp());
    }

    private async Task BeatAsync(MariaWriter writer, CancellationToken ct)
    {
        if (settings.Heartbeat == TimeSpan.Zero || (_beaten != 0 && time.GetElapsedTime(_beaten) < settings.Heartbeat)) return;
        _beaten = time.GetTimestamp();
        await writer.HeartbeatAsync(ct);
    }
}
