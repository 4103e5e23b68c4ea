using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>What our role may do on the source.</summary>
internal static class SourcePrivilegeChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-PRV-001", Severity.Blocker, "full-load", "Every table can be read", """
            SELECT 'schema ' || n.nspname, format('%s lacks USAGE on the schema or SELECT on %s of its tables: %s.', current_user, count(*), string_agg(c.relname, ', ' ORDER BY c.relname)),
                   format('GRANT USAGE ON SCHEMA %I TO %I; GRANT SELECT ON TABLE %s TO %I;', n.nspname, current_user,
                          string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.relname), current_user)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind IN ('r', 'p', 'm')
              AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))
            GROUP BY n.nspname ORDER BY 1
            """),
        new PgQueryCheck("F-PRV-002", Severity.Blocker, "cdc", "Publication and fence schema can be created on the source", """
            SELECT 'database ' || current_database(), current_user || ' lacks CREATE on the source database; the publication and the fence''s schema need it.',
                   format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user)
            WHERE NOT has_database_privilege(current_database(), 'CREATE')
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-PRV-003", Severity.Blocker, "cdc", "Every table can be published (ownership)", """
            SELECT 'role ' || pg_get_userbyid(c.relowner), format('owns %s selected tables (%s) and %s is not a member of it; only the owner can publish a table.',
                   count(*), string_agg(n.nspname || '.' || c.relname, ', ' ORDER BY n.nspname, c.relname), current_user),
                   format('GRANT %I TO %I;', pg_get_userbyid(c.relowner), current_user)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE')
            GROUP BY c.relowner ORDER BY 1
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-PRV-004", Severity.Blocker, "cutover", "Every table can be fenced (TRIGGER)", """
            SELECT 'schema ' || n.nspname, format('%s lacks TRIGGER on %s of its tables: %s; the fence that stops writes at cutover is made of triggers.',
                   current_user, count(*), string_agg(c.relname, ', ' ORDER BY c.relname)),
                   format('GRANT TRIGGER ON TABLE %s TO %I;', string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.relname), current_user)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, 'TRIGGER')
            GROUP BY n.nspname ORDER BY 1
            """) { OnlyWhenFollowing = true },
        new PgCheck("F-PRV-005", Severity.Blocker, "cutover", "Every sequence can be read", SequencesAsync),
        new PgQueryCheck("F-PRV-006", Severity.Warning, "cutover", "Sessions of the application can be ended if need be", """
            SELECT 'role ' || current_user, 'is not a member of pg_signal_backend: a session that keeps a lock can be named at cutover but not ended.',
                   format('GRANT pg_signal_backend TO %I;', current_user)
            WHERE NOT pg_has_role('pg_signal_backend', 'USAGE') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            """) { OnlyWhenFollowing = true },
        new PgQueryCheck("F-PRV-007", Severity.Blocker, "full-load", "No row of the source is hidden from us by row level security", """
            SELECT n.nspname || '.' || c.relname, 'row level security applies to ' || current_user || ': a copy would leave out rows.',
                   format('ALTER ROLE %I BYPASSRLS; -- or connect as the owner of the table, without FORCE', current_user)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY($1) AND c.relkind = 'r' AND row_security_active(c.oid) ORDER BY 1
            """),
    ];

    private static async Task SequencesAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var rows = await context.Source.RowsAsync(
            """
            SELECT s.nsp || '.' || s.name, format('%I.%I', s.nsp, s.name)
            FROM unnest($1::text[], $2::text[]) s(nsp, name) JOIN pg_namespace n ON n.nspname = s.nsp JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.name
            WHERE c.relkind = 'S' AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) ORDER BY 1
            """,
            ct, context.Inventory.Sequences.Select(s => s.Schema).ToArray(), context.Inventory.Sequences.Select(s => s.Name).ToArray());
        if (rows.Count == 0) return;
        var names = rows.Select(r => r[0]).ToList();
        found.AddTogether("sequences", names, $"{context.Source.User} may not read the value",
            $"GRANT SELECT ON SEQUENCE {string.Join(", ", rows.Select(r => r[1]))} TO {Sql.PgName.Quote(context.Source.User)};");
    }
}
