using Orchestrator.ControlStore.Service;

namespace Orchestrator.Service.Api;

/// <param name="ConnectionId">Connection of the database: PostgreSQL.</param>
internal sealed record BackupBody(string? ConnectionId);

/// <param name="Id">Id.</param>
/// <param name="ConnectionId">Connection it was made of; it may be gone since.</param>
/// <param name="Connection">The connection's name when it was begun.</param>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Bytes">Written so far; of one that is done, its size.</param>
/// <param name="TablesDone">Tables whose rows are in it; null: not known yet.</param>
/// <param name="Tables">Tables of the database; null: not known yet.</param>
/// <param name="Sha256">Of its file, in hexadecimal, once it is done.</param>
/// <param name="ErrorCode">Why it failed: one of the codes of docs/errors.md.</param>
/// <param name="Error">The same in words, and what to do.</param>
/// <param name="CreatedBy">Who began it.</param>
/// <param name="StartedAt">When.</param>
/// <param name="FinishedAt">When it ended; null: it is running.</param>
internal sealed record BackupView(
    string Id, string ConnectionId, string Connection, string State, long Bytes, long? TablesDone, long? Tables, string? Sha256, string? ErrorCode, string? Error,
    string CreatedBy, string StartedAt, string? FinishedAt)
{
    public static BackupView Of(BackupRow b) => new(
        b.Id, b.ConnectionId, b.Name, b.State, b.Bytes, b.TablesDone, b.Tables, b.Sha256, b.ErrorCode, b.Error, b.CreatedBy, b.StartedAt, b.FinishedAt);
}
