namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>Parts of the queries that look for what is moved, over <c>pg_class c</c> and <c>pg_namespace n</c>.</summary>
internal static class PgRelationSql
{
    /// <summary>Neither the system's, nor ours, nor an extension's, nor a session's.</summary>
    public const string IsUsers = """
        c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'orchestrator') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        """;

    /// <summary>Names of the partitioned tables above it.</summary>
    public const string Ancestors = """
        ARRAY(SELECT an.nspname || '.' || a.relname
                     FROM pg_partition_ancestors(c.oid) p JOIN pg_class a ON a.oid = p.relid JOIN pg_namespace an ON an.oid = a.relnamespace
                     WHERE a.oid <> c.oid)
        """;
}
