using Orchestrator.Core.Model;

namespace Orchestrator.Core.Cutover;

/// <summary>What a fence is doing now.</summary>
public enum FenceState
{
    /// <summary>Not there, or lifted, or its lease ran out: applications can write.</summary>
    Open,

    /// <summary>Writes are refused until the lease ends, then it opens by itself.</summary>
    Leased,

    /// <summary>Writes are refused until somebody lifts it.</summary>
    Closed,
}

/// <summary>
/// Stops application writes to the migrated tables of one database: for sessions already open, sessions that reconnect,
/// and sessions that turn read-only settings off. Reads go on. A leased fence opens by itself, so a process killed in the
/// middle of a cutover cannot leave an application without a writable database.
/// </summary>
public interface ISourceFence
{
    /// <summary>
    /// Refuses new writes and waits until no transaction that wrote a migrated table is open; everything such
    /// transactions wrote has committed or is gone when this returns. The lease counts on the server's clock.
    /// </summary>
    /// <exception cref="Errors.OrchestratorException">
    /// Transient <c>E-FENCE-001</c>: a transaction (pid, user, age named) kept its locks longer than
    /// <paramref name="wait"/>; nothing is fenced then. Configuration <c>E-FENCE-004</c>: a running subscription writes
    /// a migrated table. Fenced <c>E-FENCE-006</c>: the run's fence is permanent already.
    /// </exception>
    Task CloseAsync(IReadOnlyList<TableSchema> tables, TimeSpan lease, TimeSpan wait, CancellationToken ct);

    /// <summary>Tries a real write on every table, in a new session and in one opened before the fence; all must be refused.</summary>
    /// <exception cref="Errors.OrchestratorException">Data <c>E-FENCE-002</c>: a write got through (table named).</exception>
    Task ProbeAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>
    /// Makes the fence permanent: the point of no return. Fails (and changes nothing) if the lease has run out or is
    /// about to, because writes may have slipped in.
    /// </summary>
    /// <exception cref="Errors.OrchestratorException">Transient <c>E-FENCE-003</c>: the lease has run out.</exception>
    Task MakePermanentAsync(CancellationToken ct);

    Task<FenceState> StateAsync(CancellationToken ct);

    /// <summary>Opens the fence at once and removes what it consists of; no error if there is none.</summary>
    Task LiftAsync(CancellationToken ct);

    /// <summary>
    /// As <see cref="LiftAsync"/>, but leaves a permanent fence alone that another process (or an earlier close) made:
    /// lifting that one would let both sides take writes.
    /// </summary>
    /// <returns>False if there is such a fence; it still stands.</returns>
    Task<bool> ReleaseAsync(CancellationToken ct);
}

/// <summary>Keeps applications from writing to the target before the switch; our own writes pass.</summary>
public interface ITargetFence
{
    Task CloseAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    Task<FenceState> StateAsync(CancellationToken ct);

    /// <summary>Opens the target for applications: one atomic statement for all tables.</summary>
    Task OpenAsync(CancellationToken ct);

    /// <summary>Removes what the fence consists of; no error if there is none.</summary>
    Task RemoveAsync(CancellationToken ct);
}

/// <summary>Sets sequences on the target.</summary>
public interface ISequenceWriter
{
    Task WriteAsync(IReadOnlyList<SequenceValue> values, CancellationToken ct);
}
