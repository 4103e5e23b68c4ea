using Npgsql;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>Finds the transactions that hold locks a writer or a schema change takes on some tables, prepared ones included.</summary>
public sealed class PgBlockers(PgSession session) : IOpenTransactions
{
    private static string Sql(IReadOnlyList<TableSchema> tables) => $"""
        WITH RECURSIVE {FenceSql.Up(tables)},
        holders AS (
          SELECT l.pid, l.virtualtransaction, pg_catalog.min(l.relation::regclass::text) AS rel, pg_catalog.max(l.mode) AS mode
          FROM pg_catalog.pg_locks l JOIN up ON up.rel = l.relation
          WHERE l.locktype = 'relation' AND l.granted AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
          GROUP BY 1, 2)
        SELECT h.pid, p.gid, COALESCE(a.usename, p.owner), a.application_name, a.backend_type, h.rel,
               COALESCE(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - COALESCE(a.xact_start, p.prepared)), -1)
        FROM holders h
        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = h.pid
        LEFT JOIN pg_catalog.pg_locks x ON h.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
          AND x.virtualtransaction = h.virtualtransaction AND x.transactionid IN (SELECT transaction FROM pg_catalog.pg_prepared_xacts)
        LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = x.transactionid
        ORDER BY 7 DESC, 1
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpenTransaction>> ReadAsync(IReadOnlyList<TableSchema> tables, TimeSpan olderThan, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        return await ReadAsync(connection, tables, olderThan, ct);
    }

    internal static async Task<IReadOnlyList<OpenTransaction>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, TimeSpan olderThan, CancellationToken ct)
    {
        var found = await connection.ListAsync(Sql(tables), Read, ct);
        return found.FindAll(t => t.Prepared is not null || olderThan == TimeSpan.Zero || t.Age >= olderThan);
    }

    private static OpenTransaction Read(NpgsqlDataReader r)
    {
        var age = r.GetDouble(6);
        return new OpenTransaction(
            r.IsDBNull(0) ? null : r.GetInt32(0), Text(r, 1), Text(r, 2) ?? "", Text(r, 3) ?? "",
            Text(r, 4) == "autovacuum worker", r.GetString(5), age < 0 ? null : TimeSpan.FromSeconds(age));
    }

    private static string? Text(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
