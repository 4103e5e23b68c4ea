using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Writing;

/// <summary>How far a table's load is, by the target's own word.</summary>
/// <param name="Table">The table.</param>
/// <param name="SnapshotPosition">Its rows are those of this position; changes that committed earlier are in them already.</param>
/// <param name="ChunksDone">Chunks whose rows and done-mark are committed.</param>
/// <param name="Rows">Rows in those chunks.</param>
/// <param name="Bytes">Bytes of those chunks as they travelled.</param>
/// <param name="Complete">Every chunk of the plan is in.</param>
public sealed record TableLoadState(
    TableRef Table, SourcePosition SnapshotPosition, IReadOnlySet<int> ChunksDone, long Rows, long Bytes, bool Complete);

/// <summary>How far change apply is, by the target's own word.</summary>
/// <param name="Position">Everything that committed before it is applied.</param>
/// <param name="Marker">The last marker that was applied; null if none.</param>
/// <param name="Transactions">Source transactions applied so far.</param>
/// <param name="Rows">Row changes applied so far.</param>
/// <param name="Drift">Updates and deletes that found no row, inserts that found one: 0 unless something is wrong.</param>
/// <param name="LastCommitTime">Source commit time of the last applied transaction; null before the first.</param>
public sealed record Checkpoint(
    SourcePosition Position, string? Marker, long Transactions, long Rows, long Drift, DateTimeOffset? LastCommitTime);

/// <summary>What the target says about a run.</summary>
public sealed record LedgerState(
    string SourceIdentity, FencingToken Fence, IReadOnlyList<TableLoadState> Tables, Checkpoint? Checkpoint);

/// <summary>
/// The truth about a run: rows of schema <c>orchestrator</c> on the target, written in the transactions that write the
/// data. Everything else (control store, acknowledgements) is reconciled from here after a crash.
/// </summary>
public interface ITargetLedger
{
    /// <summary>Creates the schema if needed and takes the run over with this token; older tokens are refused from now on.</summary>
    /// <exception cref="Errors.OrchestratorException">
    /// Fenced: a newer token holds the run. Configuration <c>E-TGT-*</c>: the run belongs to another source.
    /// </exception>
    Task OpenAsync(string sourceIdentity, FencingToken fence, CancellationToken ct);

    /// <summary>Null if this run never reached the target.</summary>
    Task<LedgerState?> ReadAsync(CancellationToken ct);

    /// <summary>Starts (again) the load of a table: empties it, forgets its done-marks, records its snapshot position, in one transaction.</summary>
    Task BeginTableAsync(TableSchema table, SourcePosition snapshot, FencingToken fence, CancellationToken ct);

    /// <summary>Records tables as complete whose rows somebody else put there, as of the position.</summary>
    Task AdoptTablesAsync(IReadOnlyList<TableSchema> tables, SourcePosition position, FencingToken fence, CancellationToken ct);

    Task CompleteTableAsync(TableRef table, FencingToken fence, CancellationToken ct);

    /// <summary>Sets the position change apply starts at; no effect if there is a checkpoint already.</summary>
    Task StartChangesAsync(SourcePosition position, FencingToken fence, CancellationToken ct);

    /// <summary>Removes the run's rows, and the schema when no run is left.</summary>
    Task DropAsync(CancellationToken ct);
}

/// <summary>What writing one chunk did.</summary>
public readonly record struct ChunkResult(long Rows, long Bytes);

/// <summary>Loads chunks: all or nothing, so a retried chunk never doubles rows. One session; not for concurrent use.</summary>
public interface IBulkWriter : IAsyncDisposable
{
    /// <summary>
    /// Writes the rows and the chunk's done-mark in one transaction guarded by the token. A chunk whose mark is there
    /// already (a lost COMMIT that did happen) is left alone and its recorded counts are returned.
    /// </summary>
    Task<ChunkResult> WriteAsync(Chunk chunk, Reading.IRowStream rows, FencingToken fence, CancellationToken ct);
}

/// <summary>Applies changes: rows and checkpoint commit in one target transaction, guarded by the token.</summary>
public interface IChangeWriter : IAsyncDisposable
{
    /// <summary>
    /// Does what can be done for a batch before its turn; optional, and allowed while another batch is applied. The
    /// result is kept for the very object given.
    /// </summary>
    Task PrepareAsync(ChangeBatch batch, CancellationToken ct);

    /// <summary>
    /// Applies a batch that follows <paramref name="after"/>: if the target stands anywhere else (a commit whose outcome
    /// was unknown has happened after all), nothing is applied and a transient error says so. If <see cref="ChangeBatch.EndsTransaction"/> is false nothing is committed yet and null is
    /// returned; otherwise returns the committed checkpoint. After an error the writer is to be disposed and the
    /// ledger read again: only it knows whether the commit happened.
    /// </summary>
    Task<Checkpoint?> ApplyAsync(ChangeBatch batch, SourcePosition after, FencingToken fence, CancellationToken ct);
}
