using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Code that runs by itself when rows or definitions change.</summary>
internal static class TriggerChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-TRG-001", Severity.Note, "cdc", "Triggers that fire even for a replica", """
            SELECT n.nspname || '.' || c.relname || '.' || t.tgname, 'ENABLE ALWAYS or REPLICA: kept disabled on the target until the cutover, else it would fire for every change a second time', ''
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgrelid = ANY($1) AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') ORDER BY 1
            """) { Together = "triggers" },
        Event("F-TRG-002", PgSideName.Source),
        Event("F-TRG-003", PgSideName.Target),
        new PgQueryCheck("F-TRG-004", Severity.Warning, "cdc", "No rewrite rule fires even for a replica", """
            SELECT n.nspname || '.' || c.relname, 'rule ' || r.rulename || ' is ENABLE ALWAYS or REPLICA: on the target it would rewrite the applied changes too.',
                   format('ALTER TABLE %I.%I ENABLE RULE %I; -- for the time of the run', n.nspname, c.relname, r.rulename)
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind IN ('r', 'p') AND r.ev_enabled IN ('A', 'R') ORDER BY 1, r.rulename
            """) { OnlyWhenFollowing = true },
        // Like triggers, such rules do not fire in our sessions, which have the role of a replica
        // (https://www.postgresql.org/docs/15/sql-altertable.html, ENABLE RULE).
        new PgQueryCheck("F-TRG-005", Severity.Note, "cdc", "Tables with rewrite rules", """
            SELECT n.nspname || '.' || c.relname || '.' || r.rulename, 'rewrite rule: moved, does not fire for copied rows and applied changes', ''
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind IN ('r', 'p') AND r.ev_enabled IN ('O', 'D') ORDER BY 1
            """) { Together = "rules" },
    ];

    private static PgQueryCheck Event(string id, PgSideName side)
    {
        var name = side == PgSideName.Source ? "source" : "target";
        return new PgQueryCheck(id, Severity.Warning, "schema", $"No event trigger is enabled on the {name}", $"""
            SELECT 'event trigger ' || evtname, format('on the {name} fires for {(side == PgSideName.Source ? "our publication and fence, and is not moved" : "every object the schema step creates")} (%s).', evtevent),
                   format('ALTER EVENT TRIGGER %I DISABLE; -- for the time of the run, or check that it does no harm', evtname)
            FROM pg_event_trigger e
            WHERE evtenabled <> 'D' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e') ORDER BY 1
            """) { Side = side };
    }
}
