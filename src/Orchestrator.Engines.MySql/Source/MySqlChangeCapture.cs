using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>The source's own binary log: nothing has to be created, and nothing is left behind.</summary>
internal sealed class MySqlChangeCapture(MySqlSession session, Guid runId, int workers, ZeroDateTally zeroDates, TimeProvider time) : IChangeCapture
{
    // One session more than copy: the one that looks where to cut tables.
    private readonly SnapshotOpener _opener = new(session, workers + 1, zeroDates, time);
    private readonly Markers _markers = new();

    public async Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => await _opener.OpenAsync(tables, needsPosition: true, ct);

    public Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => CreateAsync(tables, ct);

    public async Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => await _opener.OpenAsync(tables, needsPosition: false, ct);

    /// <summary>The server keeps its log by its own rules, not for us.</summary>
    public async Task<CaptureStatus?> StatusAsync(CancellationToken ct) => new(await CurrentPositionAsync(ct), 0, Lost: false);

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) =>
        new MySqlChangeReader(session, tables, ReplicaSettings.ServerId(runId), _markers, zeroDates, time);

    /// <summary>A place in the log needs no marker in it: the reader reports that it has come by.</summary>
    public async Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct)
    {
        var position = (BinlogPosition)await CurrentPositionAsync(ct);
        _markers.Set(nonce, position);
        return position;
    }

    public async Task<SourcePosition> CurrentPositionAsync(CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        return await MasterStatus.CurrentAsync(connection, ct);
    }

    public Task DropAsync(CancellationToken ct) => Task.CompletedTask;
}
