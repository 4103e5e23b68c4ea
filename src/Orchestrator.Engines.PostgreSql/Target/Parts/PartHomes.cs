using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// Finds the tables whose rows cannot be divided among parts, because the order of two rows' changes may matter: their rows all go to
/// one part.
/// </summary>
internal static class PartHomes
{
    /// <summary>
    /// Tables whose rows nothing ties together but their key, and whose key's values are equal exactly when their texts are: of
    /// others a row that is deleted and one that is inserted could be the same to an index and not to us. A numeric of 1.0 equals
    /// 1.00, a text under a nondeterministic collation many others.
    /// </summary>
    private const string DividedSql = """
        SELECT t.name FROM unnest($1::text[], $2::text[]) t(name, columns)
        WHERE NOT EXISTS (
            SELECT FROM unnest(t.columns::text[]) k(name)
            LEFT JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) AND a.attname = k.name AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_collation c ON c.oid = a.attcollation
            WHERE a.attname IS NULL OR NOT (y.typtype = 'e' OR a.atttypid::regtype::text = ANY (ARRAY[
                'boolean', 'bytea', 'bigint', 'smallint', 'integer', 'oid', 'text', 'character varying', 'date',
                'time without time zone', 'timestamp without time zone', 'timestamp with time zone', 'uuid']))
              OR NOT coalesce(c.collisdeterministic, true))
          AND NOT EXISTS (
            SELECT FROM pg_index i
            WHERE i.indrelid = to_regclass(t.name) AND (i.indisunique OR i.indisexclusion)
              AND (i.indisexclusion OR i.indpred IS NOT NULL OR i.indexprs IS NOT NULL
                OR EXISTS (SELECT FROM unnest(i.indclass) x(oid) JOIN pg_opclass o ON o.oid = x.oid WHERE o.opcnamespace <> 'pg_catalog'::regnamespace)
                OR EXISTS (SELECT FROM unnest(i.indcollation) x(oid) JOIN pg_collation c ON c.oid = x.oid WHERE NOT c.collisdeterministic)
                OR ARRAY(SELECT a.attname::text COLLATE "C" FROM unnest(i.indkey[0:i.indnkeyatts - 1]) k(number)
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY 1)
                   <> ARRAY(SELECT k.name COLLATE "C" FROM unnest(t.columns::text[]) k(name) ORDER BY 1)))
        """;

    /// <summary>Tables that one part applies wholly, by quoted name, and which part that is.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, int parts, CancellationToken ct)
    {
        // What is done to a table by the foreign keys of another must happen between the changes of both.
        var tied = tables.Where(t => t.Cascades.Count > 0).SelectMany(t => t.Cascades.Select(c => c.Child).Append(t.Table)).ToHashSet();
        var candidates = tables.GroupBy(t => t.Table)
            .Where(forms => forms.Count() == 1 && forms.Single().Key.Kind == RowKeyKind.PrimaryKey && !tied.Contains(forms.Key))
            .Select(forms => forms.Single()).ToList();
        var divided = (await connection.ListAsync(
            DividedSql, r => r.GetString(0), ct,
            candidates.Select(t => PgName.Quote(t.Table)).ToArray(), candidates.Select(Columns).ToArray())).ToHashSet(StringComparer.Ordinal);
        return tables.Select(t => t.Table).Distinct().Where(t => !divided.Contains(PgName.Quote(t)))
            .ToDictionary(t => PgName.Quote(t), t => tied.Contains(t) ? 0 : ApplyPart.OfTable(t, parts), StringComparer.Ordinal);
    }

    /// <summary>Key columns as an array literal.</summary>
    private static string Columns(TableSchema table) => "{" + string.Join(',', table.Key.Columns.Select(c =>
        "\"" + table.Copied[c].Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")) + "}";
}
