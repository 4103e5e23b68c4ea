using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Tables as PostgreSQL's catalog has them now, read by a query of the tests' own.</summary>
internal static class PgTables
{
    /// <param name="database">The database.</param>
    /// <param name="leftOut">Columns (<c>table.column</c>) whose values shall not travel.</param>
    public static async Task<IReadOnlyList<TableSchema>> ReadAsync(PgDatabase database, params string[] leftOut)
    {
        var columns = await database.QueryRowsAsync("""
            SELECT n.nspname, c.relname, c.oid::text, c.relreplident::text, a.attname, a.attnum::text, format_type(a.atttypid, a.atttypmod),
                   format_type(a.atttypid, -1), a.atttypid::oid::text, a.atttypmod::text, a.attnotnull::text, a.attgenerated::text,
                   coalesce((SELECT array_position(i.indkey::int2[], a.attnum)::text FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident) LIMIT 1), '')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname IN ('shop', 'public') AND c.relkind = 'r' ORDER BY 1, 2, a.attnum
            """);
        return [.. columns.GroupBy(c => (c[0]!, c[1]!)).Select(g => Table(g.Key.Item1, g.Key.Item2, [.. g], leftOut))];
    }

    /// <summary>What the types of schema <c>shop</c> are.</summary>
    public static async Task<IReadOnlyDictionary<uint, UserType>> UserTypesAsync(PgDatabase database)
    {
        var types = await database.QueryRowsAsync("""
            SELECT t.oid::text, coalesce(e.typtype, t.typtype)::text, CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE '' END
            FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
            WHERE t.typnamespace = 'shop'::regnamespace
            """);
        return types.ToDictionary(t => uint.Parse(t[0]!, CultureInfo.InvariantCulture), t => new UserType(
            t[1] switch { "e" => UserTypeKind.Enum, "d" => UserTypeKind.Domain, "r" => UserTypeKind.Range, _ => UserTypeKind.Other }, t[2]!));
    }

    private static TableSchema Table(string schema, string name, List<string?[]> columns, string[] leftOut)
    {
        var all = columns.Select(c => Column(c, leftOut.Contains($"{name}.{c[4]}"))).ToList();
        var key = columns.Where(c => c[12]!.Length > 0).OrderBy(c => int.Parse(c[12]!, CultureInfo.InvariantCulture)).Select(c => c[4]!).ToList();
        var copied = all.Where(c => c.IsCopied).Select(c => c.Name).ToList();
        return new TableSchema
        {
            Table = new TableRef(schema, name),
            SourceId = uint.Parse(columns[0][2]!, CultureInfo.InvariantCulture),
            Columns = all,
            Key = key.Count > 0 ? new RowKey(RowKeyKind.PrimaryKey, [.. key.Select(k => copied.IndexOf(k))]) : new RowKey(RowKeyKind.FullRow, [.. Enumerable.Range(0, copied.Count)]),
            Pages = 0,
            EstimatedRows = 0,
            Bytes = 0,
        };
    }

    private static ColumnSchema Column(string?[] c, bool isLeftOut) => new(
        c[4]!, int.Parse(c[5]!, CultureInfo.InvariantCulture), c[6]!, c[7]!, uint.Parse(c[8]!, CultureInfo.InvariantCulture),
        int.Parse(c[9]!, CultureInfo.InvariantCulture), c[10] == "true", isLeftOut || c[11] == "s" ? ColumnKind.Generated : ColumnKind.Plain);
}
