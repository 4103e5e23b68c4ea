using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Rejects;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>Views to copy from; there are no changes to capture.</summary>
/// <param name="catalog">The files' tables.</param>
/// <param name="options">What the user decided.</param>
/// <param name="run">The run.</param>
internal sealed class SqliteChangeCapture(SqliteCatalog catalog, MigrationOptions options, Guid run) : IChangeCapture, IDisposable
{
    private SqliteView? _view;

    /// <summary>The view rows were copied from; null: none by this process.</summary>
    public SqliteView? Copied => _view;

    /// <summary>Takes the backup copies first, of the very state that is copied, and puts aside the rows that are not.</summary>
    public async Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        _view?.Dispose();
        var view = _view = new SqliteView(catalog.Files);
        if (options.Backup is { } backup) await Task.Run(() => CopyFiles(view, backup, ct), ct);
        if (options.Mapping.Stash is not { } stash) return new SqliteSnapshot(view, RejectSet.None, null);
        var planned = await catalog.PairsAsync(options.Tables, ct);
        return await Task.Run<ISnapshot>(
            () =>
            {
                var rejects = new RejectScan(view.Open, planned, catalog.Mapper, options.Mapping.RejectLimit).Run(ct);
                new StashFile(stash, run).Write(rejects, planned.Select(t => t.Target), view.Open, ct);
                view.RequireUnchanged();
                var counts = planned.Where(t => rejects.Has(t.Source.Name)).Select(t => new RejectCount(t.Target.Table, rejects.Of(t.Source.Name).Count)).OrderBy(c => c.Table.ToString(), StringComparer.Ordinal);
                return new SqliteSnapshot(view, rejects, new RejectedRows(stash, [.. counts]));
            },
            ct);
    }

    public Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw NoLog.Error();

    public Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw NoLog.Error();

    public Task<CaptureStatus?> StatusAsync(CancellationToken ct) => Task.FromResult<CaptureStatus?>(null);

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => throw NoLog.Error();

    public Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct) => throw NoLog.Error();

    public Task<SourcePosition> CurrentPositionAsync(CancellationToken ct) => throw NoLog.Error();

    public Task DropAsync(CancellationToken ct) => Task.CompletedTask;

    public void Dispose() => _view?.Dispose();

    private void CopyFiles(SqliteView view, string directory, CancellationToken ct)
    {
        foreach (var file in catalog.Files)
        {
            using var database = view.Open(file.Label);
            SqliteBackup.Write(database, SqliteBackup.PathOf(directory, file), ct);
        }

        view.RequireUnchanged();
    }
}
