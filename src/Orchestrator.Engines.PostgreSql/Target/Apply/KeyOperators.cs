using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// The equality operator of each key column, by schema: our sessions see pg_catalog only, and an extension's type
/// (citext) would otherwise be compared as text, without its index.
/// </summary>
internal static class KeyOperators
{
    private const string Sql = """
        SELECT a.attname, 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_opclass c ON c.opcintype = coalesce(nullif(t.typbasetype, 0), t.oid) AND c.opcdefault
          AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
        JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3 AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
        JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE a.attrelid = $1::regclass AND a.attnum > 0
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(PgSession session, TableSchema table, CancellationToken ct)
    {
        if (table.Key.Columns.All(c => table.Copied[c].TypeId < 16384)) return [.. table.Key.Columns.Select(_ => "=")];
        await using var connection = await session.BorrowAsync(ct);
        var found = (await connection.ListAsync(Sql, r => (r.GetString(0), r.GetString(1)), ct, PgName.Quote(table.Table)))
            .DistinctBy(f => f.Item1).ToDictionary(f => f.Item1, f => f.Item2);
        return [.. table.Key.Columns.Select(c => found.GetValueOrDefault(table.Copied[c].Name, "="))];
    }
}
