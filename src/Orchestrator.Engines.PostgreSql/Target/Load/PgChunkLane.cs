using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Load;

/// <summary>
/// One copy session. That its chunk is done is written under its own token in the transaction that writes the rows: a chunk that
/// others took over meanwhile, or an offer that was withdrawn, cannot be committed.
/// </summary>
/// <param name="session">The target.</param>
/// <param name="run">The run's key in the ledger.</param>
/// <param name="name">For people: which process it is.</param>
/// <param name="time">Paces renewals and looks.</param>
internal sealed class PgChunkLane(PgSession session, string run, string name, TimeProvider time) : IChunkLane
{
    private const int Looks = 4;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Materialized: a subquery that is run again for another row of the join would lock, and claim, the next one.</summary>
    private static readonly string ClaimSql = $"""
        WITH free AS MATERIALIZED (
            SELECT number FROM orchestrator.load_chunk
            WHERE run = $1 AND NOT is_done AND (token IS NULL OR token NOT IN ({WorkerLease.AliveSql(WorkerLease.Load)}))
              AND $2 IN ({WorkerLease.AliveSql(WorkerLease.Load)})
            ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE orchestrator.load_chunk c SET token = $2 FROM free, orchestrator.load_share s JOIN orchestrator.run r USING (run, fence)
        WHERE c.run = $1 AND c.number = free.number AND s.run = c.run
        RETURNING s.view, s.fence, c.number, c.schema_name, c.table_name, c.chunk, c.chunks, c.page_from, c.page_to
        """;

    private PgBulkWriter? _writer;
    private NpgsqlConnection? _claims;
    private WorkerLease? _lease;

    public async Task<ClaimedChunk?> NextAsync(IReadOnlyDictionary<TableRef, TableSchema> tables, CancellationToken ct)
    {
        await JoinAsync(ct);
        for (var look = 0; look < Looks; look++)
        {
            _lease!.ThrowIfLost();
            await _lease.EndSilentAsync(_claims!, ct);
            var claimed = await _claims!.ListAsync(ClaimSql, r => Claimed(r, tables), ct, run, _lease.Token);
            if (claimed.Count > 0) return claimed[0];
            await Task.Delay(LookEvery, time, ct);
        }

        return null;
    }

    public async Task<ChunkResult> WriteAsync(ClaimedChunk claimed, IRowStream rows, CancellationToken ct)
    {
        try
        {
            return await _writer!.WriteAsync(claimed.Chunk, rows, claimed.Fence, (connection, token) => MarkAsync(claimed, connection, token), ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Fenced)
        {
            // The offer's driver is not the run's any more; this process drives nothing and goes on with the next one's offer.
            throw NotMine(claimed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // First, because its transaction may hold the chunk.
        if (_writer is not null) await _writer.DisposeAsync();
        if (_lease is not null) await _lease.DisposeAsync();
        if (_claims is not null) await _claims.DisposeAsync();
    }

    private async Task JoinAsync(CancellationToken ct)
    {
        if (_lease is not null) return;
        _claims = await session.OpenAsync(ct);
        _writer = new PgBulkWriter(session, run);
        _lease = await WorkerLease.JoinAsync(session, run, WorkerLease.Load, name, await _writer.ConnectAsync(ct), time, ct);
    }

    private async Task MarkAsync(ClaimedChunk claimed, NpgsqlConnection connection, CancellationToken ct)
    {
        var mine = await connection.RunAsync(
            "UPDATE orchestrator.load_chunk SET is_done = true WHERE run = $1 AND number = $2 AND token = $3 AND NOT is_done", ct, run, claimed.Number, _lease!.Token);
        if (mine != 1) throw NotMine(claimed);
    }

    private static OrchestratorException NotMine(ClaimedChunk claimed) => new(
        ErrorKind.Transient, "E-SHARE-001", $"{claimed.Chunk} is not this worker's any more: it was silent too long, or the load began anew. Nothing of it was written.");

    private static ClaimedChunk Claimed(NpgsqlDataReader r, IReadOnlyDictionary<TableRef, TableSchema> tables)
    {
        var table = new TableRef(r.GetString(3), r.GetString(4));
        if (!tables.TryGetValue(table, out var schema))
            throw new OrchestratorException(ErrorKind.Transient, "E-SHARE-002", $"{table} is to be copied and is not in the plan this worker read: it reads the plan again.");
        ChunkRange range = r.IsDBNull(7) ? new WholeTable() : new PageRange(r.GetInt64(7), r.IsDBNull(8) ? null : r.GetInt64(8));
        return new ClaimedChunk(r.GetString(0), r.GetInt32(2), new Chunk(schema, r.GetInt32(5), r.GetInt32(6), range), new FencingToken(r.GetInt64(1)));
    }
}
