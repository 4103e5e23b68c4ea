namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>What a run leaves on the source. The schema dump and the plan must agree on it, so both ask here.</summary>
internal static class LeftOut
{
    /// <summary>
    /// The beginning of a query over <c>left_out_table</c> and <c>left_out_sequence</c> (oids); <c>$1</c>: the moved tables
    /// with storage. A sequence stays behind only with the table that owns it, and not if a moved one draws from it too.
    /// </summary>
    public const string With = """
        WITH RECURSIVE moved AS (
            SELECT unnest($1) AS oid UNION SELECT a.relid FROM unnest($1) t, LATERAL pg_partition_ancestors(t) a WHERE a.relid IS NOT NULL),
        left_out_table AS (
            SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'f') AND c.oid NOT IN (SELECT oid FROM moved)
              AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
              AND NOT (c.relkind = 'p' AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) l WHERE l.isleaf))
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
        left_out_sequence AS (
            SELECT s.oid FROM pg_class s
            JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = s.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
            WHERE s.relkind = 'S' AND o.refobjid IN (SELECT oid FROM left_out_table)
              AND NOT EXISTS (
                  SELECT FROM pg_depend u JOIN pg_attrdef f ON f.oid = u.objid
                  WHERE u.classid = 'pg_attrdef'::regclass AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.oid
                    AND f.adrelid IN (SELECT oid FROM moved)))
        """;
}
