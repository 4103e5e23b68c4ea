using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Indexes and constraints that are moved in a way of their own, or not (CASES K4-K6).</summary>
internal static class ConstraintChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-IDX-001", Severity.Warning, "full-load", "Every index is valid", """
            SELECT n.nspname || '.' || ic.relname, format('is not valid (a CREATE INDEX CONCURRENTLY that failed) on %s.%s: it is not moved.', n.nspname, c.relname),
                   format('REINDEX INDEX %I.%I; -- or DROP INDEX it', n.nspname, ic.relname)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
            WHERE i.indrelid = ANY($1) AND NOT i.indisvalid AND ic.relkind = 'i' ORDER BY 1
            """),
        new PgQueryCheck("F-IDX-002", Severity.Note, "cdc", "Unique indexes that are partial, over expressions or NULLS NOT DISTINCT", """
            SELECT n.nspname || '.' || ic.relname, 'unique by a rule of its own: changes of such a table that could collide are applied in their order', ''
            FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
            WHERE i.indrelid = ANY($1) AND i.indisunique
              AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR to_jsonb(i) ->> 'indnullsnotdistinct' = 'true') ORDER BY 1
            """) { Together = "indexes", OnlyWhenFollowing = true },
        new PgQueryCheck("F-CON-001", Severity.Note, "full-load", "Constraints that are NOT VALID", """
            SELECT n.nspname || '.' || c.relname || '.' || k.conname, 'NOT VALID: moved as NOT VALID, old rows stay unchecked', ''
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE k.conrelid = ANY($1) AND NOT k.convalidated ORDER BY 1
            """) { Together = "constraints" },
        new PgQueryCheck("F-CON-002", Severity.Note, "full-load", "Exclusion and deferrable constraints", """
            SELECT n.nspname || '.' || c.relname || '.' || k.conname, 'exclusion or deferrable: created after the load', ''
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE k.conrelid = ANY($1) AND (k.contype = 'x' OR k.condeferrable AND k.contype IN ('u', 'p', 'f')) ORDER BY 1
            """) { Together = "constraints" },
        new PgQueryCheck("F-CON-003", Severity.Warning, "full-load", "Foreign keys stay within the selection", """
            SELECT n.nspname || '.' || c.relname, format('foreign key %s points to %s, which is not selected: the constraint is left out on the target.',
                   k.conname, k.confrelid::regclass), 'Add the table to --tables, or accept the target without this constraint.'
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE k.contype = 'f' AND k.conrelid = ANY($1) AND NOT k.confrelid = ANY($1) AND k.conparentid = 0 ORDER BY 1, k.conname
            """),
    ];
}
