using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Apply;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>
/// Applies batches on one session in the role of a replica. Rows and checkpoint commit together; a batch that breaks a
/// unique rule when collapsed is rolled back to its start and applied again in source order.
/// </summary>
public sealed class PgChangeWriter(PgSession session, string run) : IChangeWriter
{
    /// <summary>Statements sent in one round trip on the ordered path.</summary>
    private const int OrderedSlice = 500;

    /// <summary>Longest wait for an earlier session of ours to end; the server may notice a dead client late.</summary>
    private static readonly TimeSpan CheckpointWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TableSchema, ApplySql> _sql = new(ReferenceEqualityComparer.Instance);

    /// <summary>Weak, because a batch that is applied in parts takes its plan with it.</summary>
    private readonly ConditionalWeakTable<ChangeBatch, BatchPlan> _prepared = [];
    private NpgsqlConnection? _connection;
    private bool _inTransaction;
    private Checkpoint? _before;
    private long _drift;
    private long _rows;
    private long _transactions;

    public async Task PrepareAsync(ChangeBatch batch, CancellationToken ct) => _prepared.Add(batch, await PlanAsync(batch, ct));

    public async Task<Checkpoint?> ApplyAsync(ChangeBatch batch, SourcePosition after, FencingToken fence, CancellationToken ct)
    {
        _connection ??= await OpenAsync(ct);
        if (!_inTransaction) await BeginAsync(after, fence, ct);
        await WriteRowsAsync(batch, ct);
        _rows += batch.Changes.Length;
        if (!batch.EndsTransaction) return null;
        _transactions += batch.Transactions.Count;
        return await CommitAsync(batch, ct);
    }

    /// <summary>
    /// A batch touches rows of a table it has just touched others of. At the default price of a random page the planner
    /// reads the whole table for every batch instead: 1.2 s against 0.3 s for 12,500 updates among a million rows.
    /// Scattered updates log whole pages; where a superuser may, they are logged compressed (a tenth of the apply time).
    /// </summary>
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = await session.OpenReplicaRoleAsync(ct);
        try
        {
            await connection.RunAsync(
                """
                SET random_page_cost = 1.1;
                SELECT set_config('wal_compression', 'lz4', false) FROM pg_settings
                WHERE name = 'wal_compression' AND 'lz4' = ANY (enumvals) AND current_setting('is_superuser') = 'on'
                """, ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        await _connection.DisposeAsync();
        _connection = null;
    }

    /// <summary>
    /// Locks the checkpoint before anything is written: an earlier session of ours whose COMMIT got no answer holds it
    /// until it is decided, so the position read here is the truth (CASES X10).
    /// </summary>
    private async Task BeginAsync(SourcePosition after, FencingToken fence, CancellationToken ct)
    {
        await _connection!.RunAsync($"BEGIN; SET LOCAL lock_timeout = '{CheckpointWait.TotalSeconds:0}s'; SET CONSTRAINTS ALL DEFERRED", ct);
        _before = await PgTargetLedger.LockCheckpointAsync(_connection!, run, fence, ct) ?? throw PgTargetLedger.Fenced(run);
        if (_before.Position != after)
        {
            throw new OrchestratorException(
                ErrorKind.Transient, "E-CDC-001", $"The target stands at {_before.Position}, not at {after}: an earlier commit was decided meanwhile.");
        }

        await _connection!.RunAsync("SET LOCAL lock_timeout = 0", ct);
        (_inTransaction, _drift, _rows, _transactions) = (true, 0, 0, 0);
    }

    private async Task WriteRowsAsync(ChangeBatch batch, CancellationToken ct)
    {
        if (batch.Changes.Length == 0) return;
        var plan = _prepared.TryGetValue(batch, out var prepared) ? prepared : await PlanAsync(batch, ct);
        if (!await WriteCollapsedAsync(plan, batch.EndsTransaction, ct))
        {
            foreach (var slice in plan.Ordered().Chunk(OrderedSlice)) _drift += await ExecuteAsync(slice, _ => false, ct);
        }

        // Not after an error: its memory may still be on its way to the server then.
        plan.Dispose();
    }

    /// <returns>False if the batch must be written in source order; nothing of it is written then.</returns>
    private async Task<bool> WriteCollapsedAsync(BatchPlan plan, bool endsTransaction, CancellationToken ct)
    {
        if (plan.Collapsed is not { } collapsed) return false;
        await _connection!.RunAsync("SAVEPOINT batch", ct);
        try
        {
            _drift += await ExecuteAsync(collapsed, ApplyErrors.IsOfARow, ct);
            // The savepoints of a transaction of many batches must not pile up.
            if (!endsTransaction) await _connection!.RunAsync("RELEASE SAVEPOINT batch", ct);
            return true;
        }
        catch (PostgresException e) when (ApplyErrors.IsOfARow(e))
        {
            // Two rows exchanged a unique value, a row is there that should not be, or a value is refused: source order
            // decides the first two and names the row of the third.
            await _connection!.RunAsync("ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch", ct);
            return false;
        }
    }

    /// <param name="statements">Sent in one round trip.</param>
    /// <param name="asItIs">Errors the caller deals with itself.</param>
    /// <param name="ct">Stops.</param>
    /// <returns>Rows that were hit too few or too many.</returns>
    private async Task<long> ExecuteAsync(IReadOnlyList<ApplyStatement> statements, Func<PostgresException, bool> asItIs, CancellationToken ct)
    {
        if (statements.Count == 0) return 0;
        await using var batch = new NpgsqlBatch(_connection);
        foreach (var statement in statements) batch.BatchCommands.Add(statement.ToCommand());
        try
        {
            await batch.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e) when (!asItIs(e))
        {
            throw await ApplyErrors.DescribeAsync(e, statements, batch, failed => ValueProbe.FindAsync(session, failed, e.SqlState, ct));
        }

        var drift = 0L;
        for (var i = 0; i < statements.Count; i++)
        {
            if (statements[i].Expected != ApplyStatement.NoCount)
                drift += Math.Abs(statements[i].Expected - batch.BatchCommands[i].RecordsAffected);
        }

        return drift;
    }

    private async Task<Checkpoint> CommitAsync(ChangeBatch batch, CancellationToken ct)
    {
        var checkpoint = new Checkpoint(
            batch.End, batch.Marker ?? _before!.Marker, _before!.Transactions + _transactions, _before.Rows + _rows, _before.Drift + _drift,
            batch.Transactions.Count == 0 ? _before.LastCommitTime : batch.Transactions[^1].CommitTime);
        await using (var commit = new NpgsqlBatch(_connection))
        {
            var update = new NpgsqlBatchCommand(
                """
                UPDATE orchestrator.checkpoint SET position = $2, marker = $3, transactions = $4, rows = $5, drift = $6, commit_time = $7, applied_at = now()
                WHERE run = $1
                """);
            foreach (var value in new object[]
                     {
                         run, checkpoint.Position.ToString(), (object?)checkpoint.Marker ?? DBNull.Value, checkpoint.Transactions,
                         checkpoint.Rows, checkpoint.Drift, (object?)checkpoint.LastCommitTime ?? DBNull.Value,
                     })
                update.Parameters.Add(new NpgsqlParameter { Value = value });
            commit.BatchCommands.Add(update);
            commit.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await commit.ExecuteNonQueryAsync(ct);
        }

        (_inTransaction, _before) = (false, checkpoint);
        return checkpoint;
    }

    private async Task<BatchPlan> PlanAsync(ChangeBatch batch, CancellationToken ct)
    {
        var sql = new ApplySql[batch.Tables.Count];
        for (var i = 0; i < sql.Length; i++)
        {
            var table = batch.Tables[i];
            // Another session than the one that may be applying at this moment.
            if (!_sql.TryGetValue(table, out sql[i]!))
                _sql[table] = sql[i] = new ApplySql(table, await KeyOperators.ReadAsync(session, table, ct));
        }

        return new BatchPlan(batch, sql);
    }
}
