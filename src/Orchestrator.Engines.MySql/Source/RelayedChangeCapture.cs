using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// The binary log as somebody else follows it for us: views and positions are those of the log itself, but a place in it cannot
/// be reported by who passes only rows on, so markers are rows.
/// </summary>
internal sealed class RelayedChangeCapture(MySqlChangeCapture log, MarkerTable markers) : IChangeCapture
{
    public async Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        // Before the view: the other program reads the tables' structure as of its position.
        await markers.CreateAsync(ct);
        return await log.CreateAsync(tables, ct);
    }

    public Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => log.TakeSnapshotAsync(tables, ct);

    public Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => log.TakeViewAsync(tables, ct);

    public Task<CaptureStatus?> StatusAsync(CancellationToken ct) => log.StatusAsync(ct);

    public Task CheckAsync(CancellationToken ct) => markers.RequireAsync(ct);

    /// <summary>Reads the log itself.</summary>
    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => log.OpenReader(tables);

    public async Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct) => await markers.WriteAsync(nonce, ct);

    public Task<SourcePosition> CurrentPositionAsync(CancellationToken ct) => log.CurrentPositionAsync(ct);

    public Task DropAsync(CancellationToken ct) => markers.DropAsync(ct);
}
