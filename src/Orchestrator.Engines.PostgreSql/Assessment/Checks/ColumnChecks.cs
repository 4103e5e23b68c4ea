using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Columns that are treated in a way of their own (CASES PP12, PP15).</summary>
internal static class ColumnChecks
{
    private const int Many = 1000;

    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        Columns("F-COL-001", "Generated columns", "a.attgenerated <> ''", "generated: not copied, the target computes it"),
        Columns("F-COL-002", "Columns GENERATED ALWAYS AS IDENTITY", "a.attidentity = 'a'", "identity ALWAYS: values are kept, by the load and by changes"),
        new PgQueryCheck("F-COL-003", Severity.Note, "full-load", "Tables without a column whose values travel", """
            SELECT n.nspname || '.' || c.relname, 'has no column, or only generated ones: only the number of its rows is moved', ''
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r'
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') ORDER BY 1
            """) { Together = "tables" },
        new PgQueryCheck("F-COL-004", Severity.Note, "full-load", "Very wide tables", $"""
            SELECT n.nspname || '.' || c.relname, count(*) || ' columns: rows of this table take more memory per batch.', ''
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.oid = ANY($1) AND c.relkind = 'r' GROUP BY n.nspname, c.relname HAVING count(*) >= {Many} ORDER BY 1
            """),
    ];

    private static PgQueryCheck Columns(string id, string title, string condition, string why) => new(id, Severity.Note, "full-load", title, $"""
        SELECT n.nspname || '.' || c.relname || '.' || a.attname, '{why}', ''
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid = ANY($1) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND {condition} ORDER BY 1
        """) { Together = "columns" };
}
