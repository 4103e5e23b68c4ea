namespace Orchestrator.TestKit;

/// <summary>The comparison's queries.</summary>
internal static class CompareSql
{
    private const string OwnObject =
        "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'orchestrator') AND n.nspname !~ '^pg_(toast_)?temp_' "
        + "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

    /// <summary>Every user table, partition and partitioned table, quoted.</summary>
    public const string UserTables =
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        + "WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND " + OwnObject + " ORDER BY 1";

    /// <summary>Every user sequence, quoted.</summary>
    public const string UserSequences =
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        + "WHERE c.relkind = 'S' AND " + OwnObject + " ORDER BY 1";

    /// <summary>Quoted columns of a table in its own order; generated ones included, because readers see them.</summary>
    public static string Columns(string table)
        => $"SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = {Literal(table)}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";

    /// <summary>
    /// Row count and one hash over the hashes of all rows in hash order: equal exactly when both sides hold the same
    /// rows the same number of times. Rows are hashed first because string_agg over whole rows ends at 1 GB.
    /// </summary>
    public static string TableSum(string table, IReadOnlyList<string> columns)
        => $"SELECT count(*), md5(coalesce(string_agg(h, '' ORDER BY h), '')) FROM (SELECT {Hash(columns)} AS h FROM {table} t) x";

    /// <summary>Every row's hash and text in hash order.</summary>
    public static string Rows(string table, IReadOnlyList<string> columns)
        => $"SELECT h, r FROM (SELECT {Hash(columns)} AS h, {Row(columns)}::text COLLATE \"C\" AS r FROM {table} t) x ORDER BY h, r";

    private static string Hash(IReadOnlyList<string> columns)
        => $"md5(convert_to({Row(columns)}::text, 'UTF8')) COLLATE \"C\"";

    private static string Row(IReadOnlyList<string> columns) => $"ROW({string.Join(", ", columns.Select(c => "t." + c))})";

    private static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
