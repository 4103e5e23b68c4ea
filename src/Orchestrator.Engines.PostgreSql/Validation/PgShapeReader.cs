using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>Reads a table's columns as one server has them.</summary>
public static class PgShapeReader
{
    private const string Sql = """
        SELECT c.relkind::text, CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END,
               a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1), a.atttypid, a.attgenerated <> '', y.typtype = 'e'
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_type y ON y.oid = a.atttypid
        WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
        ORDER BY a.attnum
        """;

    /// <summary>Null if there is no such table.</summary>
    public static async Task<PgTableShape?> ReadAsync(NpgsqlConnection connection, TableRef table, CancellationToken ct)
    {
        var rows = await connection.ListAsync(Sql, Read, ct, table.Schema, table.Name);
        return rows.Count == 0
            ? null
            : new PgTableShape(table, rows[0].Kind == "p", rows[0].Pages, [.. rows.Select(r => r.Column).OfType<PgDigestColumn>()]);
    }

    private static (string Kind, long Pages, PgDigestColumn? Column) Read(NpgsqlDataReader r) => (
        r.GetString(0),
        r.GetInt64(1),
        r.IsDBNull(2) ? null : new PgDigestColumn(r.GetString(2), r.GetString(3), r.GetString(4), r.GetFieldValue<uint>(5), r.GetBoolean(6), r.GetBoolean(7)));
}
