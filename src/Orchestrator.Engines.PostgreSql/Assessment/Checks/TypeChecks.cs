using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Types whose values mean something only on the server they come from, or need something there.</summary>
internal static class TypeChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        Types("F-TYP-001", Severity.Warning, "full-load", "No column names objects of the catalog (regclass and the like)",
            "e.typname IN ('regclass', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regtype', 'regrole', 'regnamespace', 'regconfig', 'regdictionary', 'regcollation', 'aclitem') AND e.typnamespace = 'pg_catalog'::regnamespace",
            "holds names of the server''s own objects: they travel as names, and a row whose object is missing on the target is refused", "Create those objects on the target first, or store the name as text"),
        Types("F-TYP-002", Severity.Note, "full-load", "Columns that hold positions or numbers of this server",
            "e.typname IN ('xid', 'xid8', 'cid', 'tid', 'pg_lsn', 'pg_snapshot', 'txid_snapshot') AND e.typnamespace = 'pg_catalog'::regnamespace",
            "copied as it is; on the target it points to nothing", ""),
        Types("F-TYP-003", Severity.Note, "full-load", "Columns of type oid or lo",
            "e.typname IN ('oid', 'lo')", "copied as it is; large objects and catalog rows it may point to have other numbers on the target", ""),
        Types("F-TYP-004", Severity.Warning, "schema", "No column has a type written in C outside an extension",
            """
            e.typtype = 'b' AND e.typnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = e.oid AND d.deptype = 'e')
            """,
            "has a base type of the server''s own library", "Install the same library on the target"),
    ];

    /// <summary>Looks through domains and arrays at the type below.</summary>
    private static PgQueryCheck Types(string id, Severity severity, string phase, string title, string condition, string why, string fix) => new(id, severity, phase, title, $"""
        SELECT n.nspname || '.' || c.relname || '.' || a.attname || ' (' || e.typname || ')', '{why}', '{fix}'
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
        JOIN pg_type e ON e.oid = CASE WHEN b.typcategory = 'A' AND b.typelem <> 0 THEN b.typelem ELSE b.oid END
        WHERE c.oid = ANY($1) AND c.relkind = 'r' AND {condition} ORDER BY 1
        """) { Together = "columns" };
}
