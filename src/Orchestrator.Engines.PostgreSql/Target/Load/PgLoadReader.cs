using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Load;

/// <summary>Reads what the target's ledger says of a table's load, for people who look at it; has nothing to do with who drives the run.</summary>
public static class PgLoadReader
{
    /// <summary>People wait for it: a target that is away is not waited for as a run does.</summary>
    private const int ConnectSeconds = 10;

    private const string Timeout = "10s";

    private const string TableSql =
        """
        SELECT t.snapshot_position, t.complete, count(d.chunk), coalesce(sum(d.row_count), 0)::bigint, coalesce(sum(d.byte_count), 0)::bigint
        FROM orchestrator.table_load t LEFT JOIN orchestrator.done_mark d USING (run, schema_name, table_name)
        WHERE (t.run, t.schema_name, t.table_name) = ($1, $2, $3) GROUP BY t.snapshot_position, t.complete
        """;

    private const string ChunksSql =
        "SELECT chunk, row_count, byte_count, done_at FROM orchestrator.done_mark WHERE (run, schema_name, table_name) = ($1, $2, $3) AND chunk > $4 ORDER BY chunk LIMIT $5";

    /// <param name="url">The target. A secret.</param>
    /// <param name="run">Whose load it is.</param>
    /// <param name="table">Which table.</param>
    /// <param name="after">Number of the chunk after which to go on; -1: from the first.</param>
    /// <param name="limit">At most so many chunks.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>Null: the target has no record of it (any more).</returns>
    /// <exception cref="Core.Errors.OrchestratorException">The target cannot be reached or read.</exception>
    public static async Task<LoadedTable?> ReadAsync(string url, RunRecord run, TableRef table, int after, int limit, CancellationToken ct)
    {
        var to = PgUrl.ToBuilder(url);
        to.Timeout = Math.Min(to.Timeout, ConnectSeconds);
        await using var database = new PgReadOnly(to, "look", url);
        return await database.ReadAsync(Timeout, "Reading the target's records", connection => ReadAsync(connection, PgTargetLedger.KeyOf(run.Name, run.Id), table, after, limit, ct), ct);
    }

    private static async Task<LoadedTable?> ReadAsync(NpgsqlConnection connection, string key, TableRef table, int after, int limit, CancellationToken ct)
    {
        if (await connection.ScalarAsync<bool>("SELECT to_regclass('orchestrator.done_mark') IS NULL", ct)) return null;
        var loads = await connection.ListAsync(
            TableSql, r => new LoadedTable(r.GetString(0), r.GetBoolean(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), []), ct, key, table.Schema, table.Name);
        if (loads.Count == 0) return null;
        return loads[0] with
        {
            Chunks = await connection.ListAsync(
                ChunksSql, r => new LoadedChunk(r.GetInt32(0), r.GetInt64(1), r.GetInt64(2), r.GetFieldValue<DateTimeOffset>(3)), ct, key, table.Schema, table.Name, after, limit),
        };
    }
}
