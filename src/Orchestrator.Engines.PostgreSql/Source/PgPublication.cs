using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// The publication of one run. What it was made of is kept in its comment, by the numbers PostgreSQL gave each entry: a
/// table that was taken out and put in again has a new number, and its changes in between are lost (CASES C14).
/// </summary>
internal sealed class PgPublication(PgSession session, string name)
{
    /// <summary>
    /// Tables one by one, so that a partition that is detached stays published; and the root above them if all its
    /// partitions are moved, so that the first row of a partition added later stops the stream (CASES C13).
    /// </summary>
    private const string MembersSql = """
        WITH chosen AS (SELECT unnest($1) AS oid), roots AS (
            SELECT DISTINCT pg_partition_root(c.oid)::oid AS oid FROM chosen c WHERE pg_partition_root(c.oid) IS NOT NULL)
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid IN (SELECT oid FROM chosen)
           OR c.oid IN (SELECT oid FROM roots r WHERE NOT EXISTS (
               SELECT FROM pg_partition_tree(r.oid) t WHERE t.isleaf AND t.relid::oid NOT IN (SELECT oid FROM chosen)))
        ORDER BY 1, 2
        """;

    private const string StateSql = """
        SELECT p.xmin::text, coalesce(obj_description(p.oid, 'pg_publication'), ''),
               ARRAY(SELECT r.oid::text || '/' || r.prrelid::text FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY r.oid)
        FROM pg_publication p WHERE p.pubname = $1
        """;

    private sealed record State(string Version, string Comment, string[] Members)
    {
        public string AsComment => $"orchestrator {Version} {string.Join(',', Members)}";
    }

    public async Task CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var members = await connection.ListAsync(
            MembersSql, r => new TableRef(r.GetString(0), r.GetString(1)), ct, tables.Select(t => t.SourceId).ToArray());
        var list = string.Join(", ", members.Select(r => "ONLY " + PgName.Quote(r)));
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.RunAsync($"DROP PUBLICATION IF EXISTS {name}", ct);
        await connection.RunAsync($"CREATE PUBLICATION {name}{(list.Length == 0 ? "" : " FOR TABLE " + list)}", ct);
        var state = await ReadAsync(connection, ct);
        await connection.RunAsync($"COMMENT ON PUBLICATION {name} IS {PgName.Literal(state!.AsComment)}", ct);
        await transaction.CommitAsync(ct);
    }

    /// <exception cref="OrchestratorException">Data <c>E-SLOT-005</c>: it is gone, or was altered since it was created.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var now = await ReadAsync(connection, ct) ?? throw Altered("no longer exists on the source");
        if (now.AsComment == now.Comment) return;
        var kept = now.Comment.Split(' ');
        if (kept.Length != 3 || kept[0] != "orchestrator") throw Altered("is not the one this run created");
        if (kept[1] != now.Version) throw Altered("was altered (owner or published operations)");
        // The entry of a table that was dropped went with it: that table has no more changes to miss.
        var missing = kept[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Except(now.Members).Select(m => uint.Parse(m.Split('/')[1])).ToArray();
        var tables = await connection.ListAsync("SELECT oid::regclass::text FROM pg_class WHERE oid = ANY($1) ORDER BY 1", r => r.GetString(0), ct, missing);
        if (tables.Count > 0) throw Altered($"was altered: {string.Join(", ", tables)} was taken out of it for a time or for good");
    }

    public Task DropAsync(CancellationToken ct) => session.RunAsync($"DROP PUBLICATION IF EXISTS {name}", ct);

    private async Task<State?> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (await connection.ListAsync(StateSql, r => new State(r.GetString(0), r.GetString(1), r.GetFieldValue<string[]>(2)), ct, name)).FirstOrDefault();

    private OrchestratorException Altered(string what) => new(
        ErrorKind.Data, "E-SLOT-005", $"Publication {name} {what}: changes may be missing from the stream.",
        "Every table must be loaded again: roll this run back and start a new one.");
}
