using Npgsql;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>Which parts of the changes a worker holds.</summary>
internal static class PartShares
{
    /// <summary>Shares differ by one at most, and together they are all parts.</summary>
    private static readonly string FairSql = $"""
        (SELECT parts / living + CASE WHEN before < parts % living THEN 1 ELSE 0 END FROM (
            SELECT (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1) AS parts, greatest(count(*), 1) AS living,
                   count(*) FILTER (WHERE token < $2) AS before FROM ({WorkerLease.AliveSql(WorkerLease.Apply)}) alive) share)
        """;

    private static readonly string GiveBackSql = $"""
        UPDATE orchestrator.apply_part SET token = NULL WHERE run = $1 AND token = $2 AND part IN (
            SELECT part FROM orchestrator.apply_part WHERE run = $1 AND token = $2 ORDER BY part DESC
            LIMIT greatest(0, (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1 AND token = $2) - {FairSql}))
        """;

    /// <summary>Materialized: a subquery that is run again for another row of the join would lock, and take, the next ones.</summary>
    private static readonly string TakeSql = $"""
        WITH free AS MATERIALIZED (
            SELECT part FROM orchestrator.apply_part
            WHERE run = $1 AND (token IS NULL OR token NOT IN ({WorkerLease.AliveSql(WorkerLease.Apply)}))
              AND $2 IN ({WorkerLease.AliveSql(WorkerLease.Apply)})
            ORDER BY part LIMIT greatest(0, {FairSql} - (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1 AND token = $2))
            FOR UPDATE SKIP LOCKED)
        UPDATE orchestrator.apply_part p SET token = $2 FROM free
        WHERE p.run = $1 AND p.part = free.part
        """;

    /// <summary>Takes free parts up to a fair share and gives back what is more.</summary>
    /// <returns>The parts held now.</returns>
    public static async Task<IReadOnlyList<int>> ShareAsync(WorkerLease lease, string run, NpgsqlConnection connection, CancellationToken ct)
    {
        await lease.EndSilentAsync(connection, ct);
        await connection.RunAsync(GiveBackSql, ct, run, lease.Token);
        await connection.RunAsync(TakeSql, ct, run, lease.Token);
        return await connection.ListAsync("SELECT part FROM orchestrator.apply_part WHERE run = $1 AND token = $2 ORDER BY part", r => r.GetInt32(0), ct, run, lease.Token);
    }
}
