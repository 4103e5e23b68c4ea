using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Writes the rows of batches in a transaction of the caller's. A batch that breaks a unique rule when collapsed is rolled back
/// to its start and written again in source order.
/// </summary>
internal sealed class RowWriter(PgSession session)
{
    /// <summary>Statements sent in one round trip on the ordered path.</summary>
    private const int OrderedSlice = 500;

    private readonly ConcurrentDictionary<TableSchema, ApplySql> _sql = new(ReferenceEqualityComparer.Instance);

    /// <summary>Weak, because a batch that is applied in parts takes its plan with it.</summary>
    private readonly ConditionalWeakTable<ChangeBatch, BatchPlan> _prepared = [];

    /// <summary>
    /// A session in the role of a replica. A batch touches rows of a table it has just touched others of. At the default price
    /// of a random page the planner reads the whole table for every batch instead: 1.2 s against 0.3 s for 12,500 updates among
    /// a million rows. Scattered updates log whole pages; where a superuser may, they are logged compressed (a tenth of the
    /// apply time).
    /// </summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
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

    /// <summary>Plans a batch before its turn, on other sessions than the one that writes.</summary>
    public async Task PrepareAsync(ChangeBatch batch, CancellationToken ct) => _prepared.Add(batch, await PlanAsync(batch, ct));

    /// <returns>Rows that were hit too few or too many.</returns>
    public async Task<long> WriteAsync(NpgsqlConnection connection, ChangeBatch batch, CancellationToken ct)
    {
        if (batch.Changes.Length == 0) return 0;
        var plan = _prepared.TryGetValue(batch, out var prepared) ? prepared : await PlanAsync(batch, ct);
        if (await WriteCollapsedAsync(connection, plan, batch.EndsTransaction, ct) is not { } drift)
        {
            drift = 0;
            foreach (var slice in plan.Ordered().Chunk(OrderedSlice)) drift += await ExecuteAsync(connection, slice, _ => false, ct);
        }

        // Not after an error: its memory may still be on its way to the server then.
        plan.Dispose();
        return drift;
    }

    /// <returns>Null if the batch must be written in source order; nothing of it is written then.</returns>
    private async Task<long?> WriteCollapsedAsync(NpgsqlConnection connection, BatchPlan plan, bool endsTransaction, CancellationToken ct)
    {
        if (plan.Collapsed is not { } collapsed) return null;
        await connection.RunAsync("SAVEPOINT batch", ct);
        try
        {
            var drift = await ExecuteAsync(connection, collapsed, ApplyErrors.IsOfARow, ct);
            // The savepoints of a transaction of many batches must not pile up.
            if (!endsTransaction) await connection.RunAsync("RELEASE SAVEPOINT batch", ct);
            return drift;
        }
        catch (PostgresException e) when (ApplyErrors.IsOfARow(e))
        {
            // Two rows exchanged a unique value, a row is there that should not be, or a value is refused: source order
            // decides the first two and names the row of the third.
            await connection.RunAsync("ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch", ct);
            return null;
        }
    }

    /// <param name="connection">Writes.</param>
    /// <param name="statements">Sent in one round trip.</param>
    /// <param name="asItIs">Errors the caller deals with itself.</param>
    /// <param name="ct">Stops.</param>
    /// <returns>Rows that were hit too few or too many.</returns>
    private async Task<long> ExecuteAsync(
        NpgsqlConnection connection, IReadOnlyList<ApplyStatement> statements, Func<PostgresException, bool> asItIs, CancellationToken ct)
    {
        if (statements.Count == 0) return 0;
        await using var batch = new NpgsqlBatch(connection);
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
