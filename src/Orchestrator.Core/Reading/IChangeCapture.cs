using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Reading;

/// <summary>Health of what the source keeps for us.</summary>
/// <param name="Confirmed">Position the source may forget everything before.</param>
/// <param name="RetainedBytes">Log the source keeps because of us.</param>
/// <param name="Lost">The source dropped log we still need: every table must be loaded again.</param>
public sealed record CaptureStatus(SourcePosition Confirmed, long RetainedBytes, bool Lost);

/// <summary>
/// The objects on the source that make changes flow to this run (PostgreSQL: slot and publication). Every call is
/// idempotent: calling it again after a crash adopts what is there and ours, and never silently re-creates a lost slot.
/// </summary>
public interface IChangeCapture
{
    /// <summary>
    /// Creates what records changes and returns a view of the source exactly at the returned position: every
    /// transaction that commits before <see cref="ISnapshot.Position"/> is visible in it, every later one will be
    /// delivered by the reader.
    /// </summary>
    Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>
    /// A further consistent view while capture already runs, with the same promise about its position. Used to load a
    /// table again after a crash and to validate both sides at one position.
    /// </summary>
    Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>
    /// A consistent view of now that needs and leaves nothing on the source: for copies whose later changes are not
    /// followed. Its position is a lower bound.
    /// </summary>
    Task<ISnapshot> TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>One more session inside a view that another process holds.</summary>
    /// <param name="name">See <see cref="ISnapshot.Name"/>.</param>
    /// <param name="ct">Stops opening.</param>
    /// <exception cref="Errors.OrchestratorException">Transient <c>E-SNAP-001</c>: the view is gone.</exception>
    /// <exception cref="NotSupportedException">A view of this source belongs to one process.</exception>
    Task<ISnapshotSession> JoinViewAsync(string name, CancellationToken ct) => throw new NotSupportedException("these views belong to one process");

    /// <summary>Null if it does not exist.</summary>
    Task<CaptureStatus?> StatusAsync(CancellationToken ct);

    /// <summary>
    /// What records changes still does, as it was made; for readers that do not read it themselves. One that only reads a
    /// log has nothing to check.
    /// </summary>
    /// <exception cref="Errors.OrchestratorException">Data <c>E-SLOT-*</c>: changes are lost, or may be.</exception>
    Task CheckAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Opens the change stream; one at a time.</summary>
    /// <param name="tables">
    /// A table may stand here in several forms, earlier ones first: the stream itself says which one its rows have.
    /// </param>
    IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables);

    /// <summary>
    /// Opens one more stream of the same changes, beside that of <see cref="OpenReader"/>, in any process. It leaves what
    /// records changes as it is: it repairs nothing, watches nothing, acknowledges nothing.
    /// </summary>
    /// <exception cref="NotSupportedException">The source gives its changes to one reader only.</exception>
    IChangeReader OpenFollower(IReadOnlyList<FollowedTable> tables) => throw new NotSupportedException("these changes have one reader");

    /// <summary>Puts a marker into the stream that the reader reports in <see cref="ChangeBatch.Marker"/>.</summary>
    /// <returns>A position after which nothing that committed before the call lies.</returns>
    Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct);

    /// <summary>Everything the source had committed and flushed by now lies before this position.</summary>
    Task<SourcePosition> CurrentPositionAsync(CancellationToken ct);

    /// <summary>Removes everything this run created for capture; no error if it is gone already.</summary>
    Task DropAsync(CancellationToken ct);
}

/// <summary>A table whose changes are read.</summary>
/// <param name="Table">The table as planned.</param>
/// <param name="From">Position of the snapshot it was loaded from: changes that committed before it are in its rows already and are not delivered.</param>
public sealed record FollowedTable(TableSchema Table, SourcePosition From);

/// <summary>A consistent view of the source that several sessions can read at once; ends when disposed.</summary>
public interface ISnapshot : IAsyncDisposable
{
    SourcePosition Position { get; }

    /// <summary>Name other sessions import the view by (PostgreSQL: SET TRANSACTION SNAPSHOT); empty where they cannot.</summary>
    string Name { get; }

    /// <summary>What whoever watches the run should know of how the view was made; null: nothing.</summary>
    RunNotice? Notice => null;

    /// <summary>
    /// Cuts a table into ranges that together hold every row once. The last one is open-ended: it may have grown since it
    /// was measured.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="workers">Sessions that will copy: a large table gives work to all of them.</param>
    /// <param name="ct">Stops the measuring.</param>
    Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct);

    /// <summary>
    /// The table's storage was replaced since the view was taken (PostgreSQL: TRUNCATE, CLUSTER, VACUUM FULL, a rewriting
    /// ALTER TABLE): the view may show it without rows, and ranges of its pages mean nothing any more.
    /// </summary>
    Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct);

    /// <summary>Opens one session that reads in this view.</summary>
    Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct);

    /// <summary>Rows of the view that are left out because the user allowed it; null: rows are never left out.</summary>
    RejectedRows? Rejected => null;
}

/// <summary>Rows that were left out of a copy.</summary>
/// <param name="Stash">File they were written to.</param>
/// <param name="Tables">How many of which table; tables without any are absent.</param>
public sealed record RejectedRows(string Stash, IReadOnlyList<RejectCount> Tables)
{
    public long Rows => Tables.Sum(t => t.Rows);
}

/// <summary>How many rows of a table were left out.</summary>
public sealed record RejectCount(TableRef Table, long Rows);

/// <summary>One session inside a snapshot; not for concurrent use.</summary>
public interface ISnapshotSession : IAsyncDisposable
{
    /// <summary>
    /// Streams a chunk's rows in the form the target loads; reading the same chunk again in the same snapshot yields
    /// the same rows.
    /// </summary>
    Task<IRowStream> ReadAsync(Chunk chunk, CancellationToken ct);
}

/// <summary>How a row stream is encoded: COPY's two wire forms.</summary>
public enum RowFormat
{
    /// <summary>PostgreSQL COPY text: escaped, tab separated, UTF-8.</summary>
    Text,

    /// <summary>PostgreSQL COPY binary; only when every column type is the same on both sides.</summary>
    Binary,
}

/// <summary>A running read of rows, pulled by the writer. Disposing it early abandons the read.</summary>
public interface IRowStream : IAsyncDisposable
{
    RowFormat Format { get; }

    /// <summary>
    /// Fills the buffer with the next bytes; 0 = the read ended and was complete. Blocks, for a thread of the caller's own:
    /// drivers hand out single rows, and a wait that could be resumed elsewhere costs more than a row does.
    /// </summary>
    /// <param name="buffer">Filled wholly except at the end.</param>
    /// <param name="ct">Ends the wait, and the read's connection with it.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    int Read(Span<byte> buffer, CancellationToken ct);
}

/// <summary>Yields changes in commit order. May repeat after a restart, may never skip.</summary>
public interface IChangeReader : IAsyncDisposable
{
    /// <summary>
    /// Reads on from a checkpoint, until cancelled. Transactions that end at or before <paramref name="from"/> are not
    /// delivered.
    /// </summary>
    /// <exception cref="Errors.OrchestratorException">
    /// Data <c>E-SLOT-*</c>, <c>E-BINLOG-*</c>, <c>E-DBZ-06*</c>: log we need is gone; Data <c>E-DDL-*</c>, by way of Debezium also
    /// <c>E-DBZ-003</c> to <c>E-DBZ-005</c>: a followed table changed its structure, the stream stops before the first row in
    /// the new form, after everything that committed before it.
    /// </exception>
    IAsyncEnumerable<ChangeBatch> ReadAsync(SourcePosition from, ChangeBatchLimits limits, CancellationToken ct);

    /// <summary>Tells the source that everything before this position is durable on the target.</summary>
    Task AcknowledgeAsync(SourcePosition applied, CancellationToken ct);
}

/// <summary>
/// When a batch is closed; whichever comes first, always at a transaction boundary unless one transaction alone reaches the
/// limits. What the source logs as one (MariaDB: the rows of one event) is not cut, and a batch may be larger by its last transaction.
/// </summary>
/// <param name="MaxChanges">Row changes.</param>
/// <param name="MaxBytes">Bytes of row images.</param>
/// <param name="MaxDelay">Time since the batch's first change arrived.</param>
public sealed record ChangeBatchLimits(int MaxChanges, int MaxBytes, TimeSpan MaxDelay)
{
    public static ChangeBatchLimits Default { get; } = new(50_000, 16 << 20, TimeSpan.FromMilliseconds(20));
}
