using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Apply;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>Applies batches on one session in the role of a replica. Rows and checkpoint commit together.</summary>
public sealed class PgChangeWriter(PgSession session, string run) : IChangeWriter
{
    /// <summary>Longest wait for an earlier session of ours to end; the server may notice a dead client late.</summary>
    private static readonly TimeSpan CheckpointWait = TimeSpan.FromSeconds(30);

    private readonly RowWriter _writer = new(session);
    private NpgsqlConnection? _connection;
    private bool _inTransaction;
    private Checkpoint? _before;
    private long _drift;
    private long _rows;
    private long _transactions;

    public Task PrepareAsync(ChangeBatch batch, CancellationToken ct) => _writer.PrepareAsync(batch, ct);

    public async Task<Checkpoint?> ApplyAsync(ChangeBatch batch, SourcePosition after, FencingToken fence, CancellationToken ct)
    {
        _connection ??= await _writer.OpenAsync(ct);
        if (!_inTransaction) await BeginAsync(after, fence, ct);
        _drift += await _writer.WriteAsync(_connection, batch, ct);
        _rows += batch.Changes.Length;
        if (!batch.EndsTransaction) return null;
        _transactions += batch.Transactions.Count;
        return await CommitAsync(batch, ct);
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
}
