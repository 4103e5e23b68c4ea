using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Load;

/// <summary>The offer as rows of the ledger.</summary>
/// <param name="session">The target.</param>
/// <param name="run">The run's key in the ledger.</param>
/// <param name="ledger">Guards what the driving process does.</param>
/// <param name="time">Paces leases.</param>
internal sealed class PgLoadShare(PgSession session, string run, PgTargetLedger ledger, TimeProvider time) : ILoadShare
{
    /// <summary>What is left of a lane that did not end by itself: a transaction that keeps its chunk and locks its table.</summary>
    private const string EndLanesSql = $"""
        SELECT pg_terminate_backend(w.session) FROM orchestrator.apply_worker w
        JOIN pg_stat_activity a ON a.pid = w.session AND a.backend_start = w.session_start
        WHERE w.run = $1 AND w.kind = '{WorkerLease.Load}' AND EXISTS (SELECT FROM orchestrator.load_chunk c WHERE c.run = w.run AND NOT c.is_done)
        """;

    public Task OfferAsync(string view, IReadOnlyList<Chunk> chunks, FencingToken fence, CancellationToken ct) => ledger.FencedAsync(fence, async connection =>
    {
        await connection.RunAsync("INSERT INTO orchestrator.load_share (run, view, fence) VALUES ($1, $2, $3)", ct, run, view, fence.Value);
        await connection.RunAsync(
            """
            INSERT INTO orchestrator.load_chunk (run, number, schema_name, table_name, chunk, chunks, page_from, page_to)
            SELECT $1, n, s, t, c, o, f, u FROM unnest($2, $3, $4, $5, $6, $7, $8) AS offered(n, s, t, c, o, f, u)
            """, ct, run,
            Enumerable.Range(0, chunks.Count).ToArray(), chunks.Select(c => c.Table.Table.Schema).ToArray(), chunks.Select(c => c.Table.Table.Name).ToArray(),
            chunks.Select(c => c.Number).ToArray(), chunks.Select(c => c.Of).ToArray(), chunks.Select(c => Pages(c)?.From).ToArray(), chunks.Select(c => Pages(c)?.To).ToArray());
    }, ct);

    public async Task<IReadOnlyList<TableTally>> TallyAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        return await connection.ListAsync(
            $"""
            SELECT c.schema_name, c.table_name, count(*)::int, count(*) FILTER (WHERE c.is_done)::int,
                   count(*) FILTER (WHERE NOT c.is_done AND c.token IN ({WorkerLease.AliveSql(WorkerLease.Load)}))::int,
                   (SELECT coalesce(sum(d.row_count), 0)::bigint FROM orchestrator.done_mark d WHERE (d.run, d.schema_name, d.table_name) = ($1, c.schema_name, c.table_name))
            FROM orchestrator.load_chunk c WHERE c.run = $1 GROUP BY c.schema_name, c.table_name
            """,
            r => new TableTally(new TableRef(r.GetString(0), r.GetString(1)), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt64(5)), ct, run);
    }

    public async Task WithdrawAsync(FencingToken fence, CancellationToken ct)
    {
        await using (var connection = await session.BorrowAsync(ct)) await connection.RunAsync(EndLanesSql, ct, run);
        // Waits for a lane that commits at this moment. In the role of a replica nothing cascades.
        await ledger.FencedAsync(fence, async connection =>
        {
            await connection.RunAsync("DELETE FROM orchestrator.load_chunk WHERE run = $1", ct, run);
            await connection.RunAsync("DELETE FROM orchestrator.load_share WHERE run = $1", ct, run);
        }, ct);
    }

    public IChunkLane OpenLane(string worker) => new PgChunkLane(session, run, worker, time);

    private static PageRange? Pages(Chunk chunk) => chunk.Range switch
    {
        WholeTable => null,
        PageRange pages => pages,
        _ => throw new ArgumentOutOfRangeException(nameof(chunk), chunk.Range, "not a range of a PostgreSQL table"),
    };
}
