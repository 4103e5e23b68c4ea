using Npgsql;
using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>What our role may do on the target.</summary>
internal static class TargetPrivilegeChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-PRV-011", Severity.Blocker, "schema", "Schemas can be created on the target", """
            SELECT 'database ' || current_database(), current_user || ' lacks CREATE on the target database.',
                   format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user)
            WHERE NOT has_database_privilege(current_database(), 'CREATE')
            """) { Side = PgSideName.Target },
        new PgCheck("F-PRV-012", Severity.Blocker, "schema", "Tables can be created in the target's existing schemas", SchemasAsync) { NeedsSource = false },
        new PgCheck("F-PRV-013", Severity.Blocker, "cdc", "Triggers and foreign keys can be kept from firing on the target", ReplicaRoleAsync) { NeedsSource = false },
        new PgCheck("F-PRV-014", Severity.Blocker, "full-load", "Row level security of the target lets us write", (c, f, ct) => EachExistingAsync(c, f, "row_security_active(c.oid)",
            "row level security applies to our role: rows would be refused or not seen.", "ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY; -- and own it, or: ALTER ROLE {1} BYPASSRLS;", ct)) { NeedsSource = false },
        new PgCheck("F-PRV-015", Severity.Blocker, "full-load", "Tables that exist on the target are ours", (c, f, ct) => EachExistingAsync(c, f, "NOT pg_has_role(c.relowner, 'USAGE')",
            "exists on the target and belongs to a role we are no member of; only the owner may empty it and build its indexes.", "ALTER TABLE {0} OWNER TO {1};", ct)) { NeedsSource = false },
        new PgCheck("F-PRV-016", Severity.Warning, "cutover", "Roles that are to get rights on the target can be created", RolesAsync) { NeedsSource = false },
    ];

    private static async Task SchemasAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var rows = await context.Target.RowsAsync(
            """
            SELECT n.nspname, format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', n.nspname, current_user)
            FROM pg_namespace n WHERE n.nspname = ANY($1) AND NOT (has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'))
            """,
            ct, (object)context.Relations.Select(r => r.Name.Schema).Distinct().ToArray());
        foreach (var row in rows) found.Add($"schema {row[0]}", $"{context.Target.User} may not create tables in it.", row[1]);
    }

    private static async Task ReplicaRoleAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        try
        {
            await context.Target.TryAsync("SET LOCAL session_replication_role = replica", ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var user = PgName.Quote(context.Target.User);
            found.Add("target", $"{context.Target.User} may not set session_replication_role: triggers and foreign keys would fire a second time while changes are applied.",
                $"GRANT SET ON PARAMETER session_replication_role TO {user}; -- RDS and Aurora: GRANT rds_superuser TO {user};");
        }
    }

    private static async Task RolesAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var rows = await context.Target.RowsAsync(
            """
            SELECT format('role %I', name), format('CREATE ROLE %I NOLOGIN;', name) FROM unnest($1) name
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
              AND NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
            """,
            ct, (object)context.Request.Roles.Names.ToArray());
        foreach (var row in rows) found.Add(row[0], $"is not on the target, and {context.Target.User} may not create roles: nobody would get its rights after the cutover.", row[1]);
    }

    private static async Task EachExistingAsync(
        PgCheckContext context, PgFindings found, string condition, string why, string fix, CancellationToken ct)
    {
        var tables = context.Inventory.Tables;
        var rows = await context.Target.RowsAsync(
            $"""
            SELECT n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
            FROM unnest($1::text[], $2::text[]) s(nsp, name) JOIN pg_namespace n ON n.nspname = s.nsp JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.name
            WHERE c.relkind IN ('r', 'p') AND {condition} ORDER BY 1
            """,
            ct, tables.Select(t => t.Table.Schema).ToArray(), tables.Select(t => t.Table.Name).ToArray());
        foreach (var row in rows) found.Add(row[0], why, string.Format(fix, row[1], PgName.Quote(context.Target.User)));
    }
}
