namespace Orchestrator.TestKit;

/// <summary>What an application-like writer does.</summary>
public sealed record LiveWriterOptions
{
    /// <summary>Tables to write, quoted, as <c>schema.table</c>; each needs a primary key.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>Connections that write at the same time.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>Transactions per second over all connections; 0 writes as fast as it can.</summary>
    public double TransactionsPerSecond { get; init; } = 200;

    /// <summary>Most statements in one transaction; their number is random from 1.</summary>
    public int StatementsPerTransaction { get; init; } = 4;

    /// <summary>Share of transactions that are rolled back at their end, 0 to 1.</summary>
    public double RollbackShare { get; init; } = 0.05;

    /// <summary>Share of transactions with a savepoint that is rolled back to, 0 to 1.</summary>
    public double SavepointShare { get; init; } = 0.1;

    /// <summary>Share of inserts, updates and deletes; only their proportion counts.</summary>
    public (double Insert, double Update, double Delete) Mix { get; init; } = (0.4, 0.45, 0.15);

    /// <summary>Start of the random sequence.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Keeps table <c>public.app_ledger</c>: one row per transaction, so that every acknowledged commit can be looked for later.
    /// The writer creates it when it is not there, so switch it on before the schema is copied.
    /// </summary>
    public bool Ledger { get; init; }
}

/// <summary>One error the application saw.</summary>
/// <param name="At">Time since the writer's start.</param>
/// <param name="SqlState">SQLSTATE, null when the connection itself failed.</param>
/// <param name="Message">What the driver said.</param>
public sealed record WriterError(TimeSpan At, string? SqlState, string Message);

/// <summary>What the writer has seen so far.</summary>
/// <param name="Committed">Transactions whose commit was acknowledged.</param>
/// <param name="RolledBack">Transactions it rolled back on purpose.</param>
/// <param name="Rejected">Transactions refused by a constraint or a value (SQLSTATE class 22, 23, 40, 54): business as usual.</param>
/// <param name="Errors">Everything else: what a user would have noticed.</param>
/// <param name="LongestGap">Longest time without an acknowledged commit since <see cref="LiveWriter.ResetGap"/>: the write pause.</param>
/// <param name="Elapsed">Time since the start.</param>
public sealed record WriterReport(
    long Committed, long RolledBack, long Rejected, IReadOnlyList<WriterError> Errors, TimeSpan LongestGap, TimeSpan Elapsed);
