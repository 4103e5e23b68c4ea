using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Service;

/// <summary>Dumps of the tenant's databases.</summary>
public sealed partial class TenantStore
{
    /// <summary>Keeps that a backup was begun.</summary>
    public Task<bool> AddBackupAsync(BackupRow backup, CancellationToken ct) => _rows.InsertAsync(
        "backup", "id, connection_id, name, place, state, bytes, created_by, started_at",
        new
        {
            id = backup.Id, connection_id = backup.ConnectionId, name = backup.Name, place = backup.Place, state = BackupRow.Running, bytes = 0L,
            created_by = backup.CreatedBy, started_at = Now,
        },
        ct);

    public async Task<IReadOnlyList<BackupRow>> BackupsAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<BackupRow>("backup", after, limit, ct);

    public async Task<BackupRow?> BackupAsync(string id, CancellationToken ct) =>
        (await _rows.ListAsync<BackupRow>("backup", "id = @id", new { id }, ct)).SingleOrDefault();

    /// <summary>Backups of a connection whose files are whole, the newest first.</summary>
    /// <param name="connection">Id of the connection.</param>
    /// <param name="place">Directory they lie in.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<IReadOnlyList<BackupRow>> DoneBackupsAsync(string connection, string place, CancellationToken ct) =>
        [.. (await _rows.ListAsync<BackupRow>("backup", "connection_id = @connection AND place = @place AND state = @state", new { connection, place, state = BackupRow.Done }, ct))
            .OrderByDescending(b => b.FinishedAt, StringComparer.Ordinal)];

    /// <summary>Keeps how far one that is running is.</summary>
    public Task<bool> KeepBackupAsync(string id, long bytes, long? tablesDone, long? tables, CancellationToken ct) => _rows.UpdateAsync(
        "backup", "bytes = @bytes, tables_done = @tablesDone, tables = @tables", $"id = @id AND state = '{BackupRow.Running}'", new { id, bytes, tablesDone, tables }, ct);

    /// <summary>Keeps how one that is running ended.</summary>
    /// <param name="ended">With its new state, figures and error.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>False: it was not running any more.</returns>
    public Task<bool> EndBackupAsync(BackupRow ended, CancellationToken ct) => _rows.UpdateAsync(
        "backup",
        "state = @State, bytes = @Bytes, tables_done = @TablesDone, tables = @Tables, sha256 = @Sha256, error_code = @ErrorCode, error = @error, finished_at = @at",
        $"id = @Id AND state = '{BackupRow.Running}'",
        new
        {
            ended.Id, ended.State, ended.Bytes, ended.TablesDone, ended.Tables, ended.Sha256, ended.ErrorCode,
            error = ended.Error is null ? null : SecretText.Mask(ended.Error), at = Now,
        },
        ct);

    public Task<bool> RemoveBackupAsync(string id, CancellationToken ct) => _rows.DeleteAsync("backup", "id = @id", new { id }, ct);
}
