using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>The statements by which the driving process announces steps and moves the checkpoint, each guarded by its token.</summary>
internal sealed class StepTable(PgSession session, string run, int parts) : IAsyncDisposable
{
    /// <summary>Longest wait for an earlier session of ours to end; the server may notice a dead client late.</summary>
    private static readonly TimeSpan CheckpointWait = TimeSpan.FromSeconds(30);

    private NpgsqlConnection? _connection;
    private StepSignal? _signal;

    /// <summary>Makes the parts if they are not there, and looks for a step that is open; that one counts as ours from now on.</summary>
    /// <returns>Number of the open step; null: none is.</returns>
    public async Task<long?> TakeOverAsync(
        IReadOnlyList<TableSchema> tables, string shape, SourcePosition after, FencingToken fence, CancellationToken ct) => await GuardedAsync(after, fence, async connection =>
        {
            await connection.RunAsync(
                "INSERT INTO orchestrator.apply_part (run, part, step, rows, drift) SELECT $1, g, 0, 0, 0 FROM generate_series(0, $2 - 1) g ON CONFLICT DO NOTHING", ct, run, parts);
            await connection.RunAsync(
                """
                INSERT INTO orchestrator.apply_step VALUES ($1, 0, false, $2, '', '{}', '{}', '', '', false, NULL, 0, NULL) ON CONFLICT DO NOTHING
                """, ct, run, fence.Value);
            // Its division stays: parts of it may be applied by it.
            if (await connection.ScalarAsync<long?>("UPDATE orchestrator.apply_step SET fence = $2, shape = $3 WHERE run = $1 AND is_open RETURNING number", ct, run, fence.Value, shape) is { } open)
            {
                await NotifyAsync(connection, ct);
                return open;
            }

            var homes = await PartHomes.ReadAsync(connection, tables, parts, ct);
            await connection.RunAsync(
                "UPDATE orchestrator.apply_step SET fence = $2, shape = $3, fixed_tables = $4, fixed_parts = $5 WHERE run = $1", ct,
                run, fence.Value, shape, homes.Keys.ToArray(), homes.Values.ToArray());
            return (long?)null;
        }, ct);

    /// <returns>The step's number.</returns>
    public async Task<long> AnnounceAsync(NewStep step, FencingToken fence, CancellationToken ct) => await GuardedAsync(step.From, fence, async connection =>
    {
        var number = await connection.ScalarAsync<long?>(
            """
            UPDATE orchestrator.apply_step SET number = number + 1, is_open = true, from_position = $3, to_position = $4, in_one_part = $5,
                marker = $6, transactions = $7, commit_time = $8
            WHERE run = $1 AND fence = $2 AND NOT is_open RETURNING number
            """, ct, run, fence.Value, step.From.ToString(), step.To.ToString(), step.Cut.InOnePart, (object?)step.Marker ?? DBNull.Value,
            (long)step.Cut.Transactions.Count, CommitTime(step)) ?? throw PgTargetLedger.Fenced(run);
        await NotifyAsync(connection, ct);
        return number;
    }, ct);

    /// <summary>Returns once every part has done the step.</summary>
    public async Task WaitAsync(long number, FencingToken fence, CancellationToken ct)
    {
        while (true)
        {
            _signal!.Reset();
            var (owner, behind) = (await _connection!.ListAsync(
                """
                SELECT r.fence, EXISTS (SELECT FROM orchestrator.apply_part p WHERE p.run = r.run AND p.step < $2)
                FROM orchestrator.run r WHERE r.run = $1
                """, r => (r.GetInt64(0), r.GetBoolean(1)), ct, run, number))[0];
            if (owner != fence.Value) throw PgTargetLedger.Fenced(run);
            if (!behind) return;
            await _signal.WaitAsync(ct);
        }
    }

    /// <summary>Moves the checkpoint to the end of a step that every part has done.</summary>
    public async Task<Checkpoint> CloseAsync(long number, FencingToken fence, CancellationToken ct) => await GuardedAsync(null, fence, async connection =>
    {
        var moved = await connection.RunAsync(
            """
            WITH step AS (
                UPDATE orchestrator.apply_step s SET is_open = false
                WHERE s.run = $1 AND s.number = $2 AND s.is_open AND NOT EXISTS (SELECT FROM orchestrator.apply_part p WHERE p.run = $1 AND p.step <> $2)
                RETURNING s.*),
            done AS (SELECT sum(rows)::bigint AS rows, sum(drift)::bigint AS drift FROM orchestrator.apply_part WHERE run = $1)
            UPDATE orchestrator.checkpoint c SET position = step.to_position, marker = coalesce(step.marker, c.marker),
                transactions = c.transactions + step.transactions, rows = done.rows, drift = done.drift,
                commit_time = coalesce(step.commit_time, c.commit_time), applied_at = now()
            FROM step, done WHERE c.run = $1
            """, ct, run, number);
        if (moved != 1) throw new OrchestratorException(ErrorKind.Transient, "E-CDC-001", $"Step {number} was closed meanwhile.");
        return await CheckpointAsync(connection, fence, ct);
    }, ct);

    /// <summary>Moves the checkpoint over transactions that change nothing here.</summary>
    public async Task<Checkpoint> MoveAsync(NewStep step, FencingToken fence, CancellationToken ct) => await GuardedAsync(step.From, fence, async connection =>
    {
        await connection.RunAsync(
            """
            UPDATE orchestrator.checkpoint SET position = $2, marker = coalesce($3, marker), transactions = transactions + $4,
                commit_time = coalesce($5, commit_time), applied_at = now()
            WHERE run = $1
            """, ct, run, step.To.ToString(), (object?)step.Marker ?? DBNull.Value, (long)step.Cut.Transactions.Count, CommitTime(step));
        return await CheckpointAsync(connection, fence, ct);
    }, ct);

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static object CommitTime(NewStep step) => step.Cut.Transactions.Count == 0 ? DBNull.Value : step.Cut.Transactions[^1].CommitTime;

    private static Task NotifyAsync(NpgsqlConnection connection, CancellationToken ct) => connection.RunAsync($"NOTIFY {PartTables.Channel}", ct);

    private async Task<Checkpoint> CheckpointAsync(NpgsqlConnection connection, FencingToken fence, CancellationToken ct) =>
        await PgTargetLedger.LockCheckpointAsync(connection, run, fence, ct) ?? throw PgTargetLedger.Fenced(run);

    /// <summary>
    /// One transaction that locks the checkpoint first: an earlier session of ours whose COMMIT got no answer holds it until it is
    /// decided, so the position read here is the truth (CASES X10).
    /// </summary>
    private async Task<T> GuardedAsync<T>(SourcePosition? after, FencingToken fence, Func<NpgsqlConnection, Task<T>> work, CancellationToken ct)
    {
        if (_connection is null)
        {
            _connection = await session.OpenReplicaRoleAsync(ct);
            _signal = await StepSignal.ListenAsync(_connection, ct);
        }

        await using var transaction = await _connection.BeginTransactionAsync(ct);
        await _connection.RunAsync($"SET LOCAL lock_timeout = '{CheckpointWait.TotalSeconds:0}s'", ct);
        var before = await CheckpointAsync(_connection, fence, ct);
        if (after is not null && before.Position != after)
        {
            throw new OrchestratorException(
                ErrorKind.Transient, "E-CDC-001", $"The target stands at {before.Position}, not at {after}: an earlier commit was decided meanwhile.");
        }

        var result = await work(_connection);
        await transaction.CommitAsync(ct);
        return result;
    }
}
