using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>Views to copy from; there are no changes to capture.</summary>
/// <param name="files">The files.</param>
/// <param name="backup">Directory of the backup copies; null: none are made.</param>
internal sealed class SqliteChangeCapture(IReadOnlyList<SqliteFile> files, string? backup) : IChangeCapture, IDisposable
{
    private SqliteView? _view;

    /// <summary>The view rows were copied from; null: none by this process.</summary>
    public SqliteView? Copied => _view;

    /// <summary>Takes the backup copies first, of the very state that is copied.</summary>
    public Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => Task.Run<ISnapshot>(
        () =>
        {
            _view?.Dispose();
            _view = new SqliteView(files);
            if (backup is not null)
            {
                foreach (var file in files)
                {
                    using var database = _view.Open(file.Label);
                    SqliteBackup.Write(database, SqliteBackup.PathOf(backup, file), ct);
                }

                _view.RequireUnchanged();
            }

            return new SqliteSnapshot(_view);
        },
        ct);

    public Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw NoLog.Error();

    public Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw NoLog.Error();

    public Task<CaptureStatus?> StatusAsync(CancellationToken ct) => Task.FromResult<CaptureStatus?>(null);

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => throw NoLog.Error();

    public Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct) => throw NoLog.Error();

    public Task<SourcePosition> CurrentPositionAsync(CancellationToken ct) => throw NoLog.Error();

    public Task DropAsync(CancellationToken ct) => Task.CompletedTask;

    public void Dispose() => _view?.Dispose();
}
