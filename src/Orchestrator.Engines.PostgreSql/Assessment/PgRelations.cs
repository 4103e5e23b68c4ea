using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Finds every relation the selection picks, of the kinds that hold or show rows.</summary>
internal static class PgRelations
{
    private const string Sql = """
        SELECT c.oid, n.nspname, c.relname, c.relkind::text,
               ARRAY(SELECT an.nspname || '.' || a.relname
                     FROM pg_partition_ancestors(c.oid) p JOIN pg_class a ON a.oid = p.relid JOIN pg_namespace an ON an.oid = a.relnamespace
                     WHERE a.oid <> c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'orchestrator') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY n.nspname, c.relname
        """;

    public static async Task<IReadOnlyList<PgRelation>> ReadAsync(PgSession source, TableSelection selection, CancellationToken ct)
    {
        await using var connection = await source.OpenAsync(ct);
        var all = await connection.ListAsync(Sql, Read, ct);
        return [.. all.Where(r => selection.Picks([r.Relation.Name.ToString(), .. r.Ancestors])).Select(r => r.Relation)];
    }

    private static (PgRelation Relation, string[] Ancestors) Read(NpgsqlDataReader r) => (
        new PgRelation(r.GetFieldValue<uint>(0), new TableRef(r.GetString(1), r.GetString(2)), r.GetString(3)[0]),
        r.GetFieldValue<string[]>(4));
}
