using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>One index of a loaded table, with the constraint it carries.</summary>
/// <param name="IndexOid">The index on the source: names it in pg_restore's list of contents; 0 if the source is no PostgreSQL.</param>
/// <param name="ConstraintOid">The constraint on the source; 0 if none.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Name of the index.</param>
/// <param name="Create">CREATE INDEX as a statement.</param>
/// <param name="Attach">ALTER TABLE ... ADD CONSTRAINT ... USING INDEX; null if it carries none.</param>
internal sealed record PgIndex(uint IndexOid, uint ConstraintOid, TableRef Table, string Name, string Create, string? Attach);

/// <summary>
/// The indexes we build ourselves, several at once and as soon as their table is loaded: plain and unique indexes and
/// primary keys of tables with storage. What needs more than CREATE INDEX (exclusion constraints, keys without overlaps, clustering marks,
/// replica identity, per-column statistics, another tablespace) is left to pg_restore.
/// </summary>
internal static class PgIndexPlan
{
    private const string Sql = """
        SELECT i.indexrelid, coalesce(c.oid, 0)::oid, n.nspname, t.relname, x.relname, pg_get_indexdef(i.indexrelid), c.conname,
               c.contype::text, coalesce(c.condeferrable, false), coalesce(c.condeferred, false)
        FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid AND t.relkind = 'r'
        JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_class x ON x.oid = i.indexrelid
        LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
        WHERE i.indrelid = ANY($1) AND i.indisvalid AND NOT i.indisclustered AND NOT i.indisreplident AND x.reltablespace = 0
          AND NOT i.indisexclusion
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)
        ORDER BY i.indisprimary DESC, i.indisunique DESC, i.indexrelid
        """;

    public static async Task<List<PgIndex>> ReadAsync(PgSession source, IEnumerable<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await source.BorrowAsync(ct);
        return await connection.ListAsync(Sql, Read, ct, tables.Select(t => t.SourceId).ToArray());
    }

    private static PgIndex Read(NpgsqlDataReader r)
    {
        var table = new TableRef(r.GetString(2), r.GetString(3));
        var index = r.GetString(4);
        string? attach = null;
        if (!r.IsDBNull(6))
        {
            var kind = r.GetString(7) == "p" ? "PRIMARY KEY" : "UNIQUE";
            var deferrable = (r.GetBoolean(8) ? " DEFERRABLE" : "") + (r.GetBoolean(9) ? " INITIALLY DEFERRED" : "");
            attach = $"ALTER TABLE ONLY {PgName.Quote(table)} ADD CONSTRAINT {PgName.Quote(r.GetString(6))} {kind} USING INDEX {PgName.Quote(index)}{deferrable}";
        }

        return new PgIndex(r.GetFieldValue<uint>(0), r.GetFieldValue<uint>(1), table, index, r.GetString(5), attach);
    }
}
