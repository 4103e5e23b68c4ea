using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Finds every relation the selection picks, of the kinds that hold or show rows.</summary>
internal static class PgRelations
{
    private const string Sql = $"""
        SELECT c.oid, n.nspname, c.relname, c.relkind::text,
               {PgRelationSql.Ancestors}
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'm') AND {PgRelationSql.IsUsers}
        ORDER BY n.nspname, c.relname
        """;

    public static async Task<IReadOnlyList<PgRelation>> ReadAsync(PgSession source, TableSelection selection, CancellationToken ct)
    {
        await using var connection = await source.BorrowAsync(ct);
        var all = await connection.ListAsync(Sql, Read, ct);
        return [.. all.Where(r => selection.Picks([r.Relation.Name.ToString(), .. r.Ancestors])).Select(r => r.Relation)];
    }

    private static (PgRelation Relation, string[] Ancestors) Read(NpgsqlDataReader r) => (
        new PgRelation(r.GetFieldValue<uint>(0), new TableRef(r.GetString(1), r.GetString(2)), r.GetString(3)[0]),
        r.GetFieldValue<string[]>(4));
}
