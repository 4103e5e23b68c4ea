using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>Says what a slot's snapshot waits for: every transaction that has written and is still open.</summary>
internal static class SnapshotWaits
{
    private const string OldestSql = """
        SELECT format('pid %s (%s, %s, open for %s s)', pid, usename, coalesce(nullif(application_name, ''), 'no name'),
                      extract(epoch FROM clock_timestamp() - xact_start)::bigint), xact_start
        FROM pg_stat_activity WHERE backend_xid IS NOT NULL
        UNION ALL SELECT format('prepared transaction %L (%s)', gid, owner), prepared FROM pg_prepared_xacts
        ORDER BY 2 LIMIT 3
        """;

    public static async Task<OrchestratorException> DescribeAsync(PgSession session, TimeSpan limit, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var oldest = await connection.ListAsync(OldestSql, r => r.GetString(0), ct);
        var named = oldest.Count == 0 ? "they have ended meanwhile" : string.Join("; ", oldest);
        return new OrchestratorException(
            ErrorKind.Transient, "E-SNAP-002",
            $"The source gave no consistent view within {limit.TotalSeconds:0} s, because transactions that have written are still open: {named}.",
            "Let them end or end them, then try again.");
    }
}
