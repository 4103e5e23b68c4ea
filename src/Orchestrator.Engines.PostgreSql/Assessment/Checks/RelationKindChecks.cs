using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>A stated rule for every kind of relation (CASES PP11, PP16).</summary>
internal static class RelationKindChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-TBL-001", Severity.Warning, "full-load", "There is something to move", (c, f, _) =>
        {
            if (c.Inventory.Tables.Count == 0) f.Add("source", "has no table that the selection picks: nothing would be moved.", "Check --tables, --exclude and the database in the URL.");
            return Task.CompletedTask;
        }),
        Kind("F-TBL-002", Severity.Blocker, "cdc", "No selected table is unlogged", "c.relkind = 'r' AND c.relpersistence = 'u'",
            "'is unlogged: its changes are not in the log and cannot be followed.'", "format('ALTER TABLE %I.%I SET LOGGED; -- or leave it out with --exclude', n.nspname, c.relname)") with { OnlyWhenFollowing = true },
        Kind("F-TBL-003", Severity.Warning, "full-load", "No foreign table is selected", "c.relkind = 'f' AND NOT c.relispartition",
            "'is a foreign table: neither it nor views over it are moved, its rows stay on the other server.'", "'Create server and foreign table on the target by hand, if they are needed there'"),
        Kind("F-TBL-004", Severity.Blocker, "full-load", "No partition is a foreign table", "c.relkind = 'f' AND c.relispartition",
            "'is a partition that is a foreign table: its rows are on another server and would be missing on the target.'",
            "'ALTER TABLE ' || (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE h.inhrelid = c.oid) || format(' DETACH PARTITION %I.%I;', n.nspname, c.relname)"),
        Kind("F-TBL-005", Severity.Note, "full-load", "Partitioned tables", "c.relkind = 'p'",
            "'partitioned: each leaf partition is moved on its own and needs a leaf of the same name on the target'", "''", "partitioned tables"),
        Kind("F-TBL-006", Severity.Note, "full-load", "Tables with inheritance children", "c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid)",
            "'inheritance parent: its own rows and those of its children are moved and counted apart'", "''", "tables"),
        Kind("F-TBL-007", Severity.Note, "full-load", "Materialized views", "c.relkind = 'm'",
            "'materialized view: filled on the target once after the load, not followed'", "'REFRESH them after the cutover if they must be newer'", "materialized views"),
        new PgQueryCheck("F-TBL-008", Severity.Blocker, "full-load", "There are no large objects", """
            SELECT 'large objects', n || CASE n WHEN 1 THEN ' large object (pg_largeobject) exists' ELSE ' large objects (pg_largeobject) exist' END || ': the log does not carry their changes, so they are not moved.',
                   'SELECT lo_unlink(oid) FROM pg_largeobject_metadata; -- after moving their bytes into a bytea column, or if they are no longer needed'
            FROM (SELECT count(*) AS n FROM pg_largeobject_metadata) l WHERE n > 0
            """),
    ];

    private static PgQueryCheck Kind(
        string id, Severity severity, string phase, string title, string condition, string why, string fix, string? together = null) =>
        new(id, severity, phase, title, $"""
            SELECT n.nspname || '.' || c.relname, {why}, {fix}
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND {condition} ORDER BY 1
            """) { Together = together };
}
