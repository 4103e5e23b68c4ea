using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>Creates roles and grants them rights, in one transaction.</summary>
public sealed class PgRoleGranter(PgSession session) : IRoleGranter
{
    /// <summary>What is granted on the schema, on tables and views, on sequences.</summary>
    private sealed record Rights(string Schema, string Tables, string Sequences);

    private static readonly Rights Reading = new("USAGE", "SELECT", "SELECT");
    private static readonly Rights Everything = new("USAGE, CREATE", "ALL", "ALL");

    /// <inheritdoc/>
    public async Task GrantAsync(TargetRoles roles, IReadOnlyList<TableRef> tables, CancellationToken ct)
    {
        if (!roles.Any) return;
        string[] schemas = [.. tables.Select(t => t.Schema).Distinct()];
        await using var connection = await session.BorrowAsync(ct);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (roles.ReadOnly is { } reader) await GrantAsync(connection, reader, Reading, schemas, ct);
            if (roles.Admin is { } admin) await GrantAsync(connection, admin, Everything, schemas, ct);
            await RequireReadableAsync(connection, roles, tables, ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw Refused(e.MessageText, e);
        }
    }

    private static async Task GrantAsync(NpgsqlConnection connection, string role, Rights rights, string[] schemas, CancellationToken ct)
    {
        var name = PgName.Quote(role);
        if (!await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", ct, role))
            await connection.RunAsync($"CREATE ROLE {name} NOLOGIN", ct);
        // Only what our account may grant: tables of others in the same schemas are theirs.
        var statements = await connection.ListAsync(
            """
            SELECT format('GRANT %s ON SCHEMA %I TO %I', $3, n.nspname, $1)
            FROM pg_namespace n WHERE n.nspname = ANY ($2) AND pg_has_role(n.nspowner, 'USAGE')
            UNION ALL
            SELECT format('GRANT %s ON %s %I.%I TO %I', CASE WHEN c.relkind = 'S' THEN $5 ELSE $4 END, CASE WHEN c.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname, $1)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY ($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_has_role(c.relowner, 'USAGE')
            UNION ALL
            SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT %s ON TABLES TO %I', n.nspname, $4, $1) FROM pg_namespace n WHERE n.nspname = ANY ($2)
            UNION ALL
            SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT %s ON SEQUENCES TO %I', n.nspname, $5, $1) FROM pg_namespace n WHERE n.nspname = ANY ($2)
            """,
            r => r.GetString(0), ct, role, schemas, rights.Schema, rights.Tables, rights.Sequences);
        if (statements.Count > 0) await connection.RunAsync(string.Join(";\n", statements), ct);
    }

    /// <summary>A right that could not be granted is not an error of GRANT's where another grantor gave it already; what counts is what the role can do.</summary>
    private static async Task RequireReadableAsync(NpgsqlConnection connection, TargetRoles roles, IReadOnlyList<TableRef> tables, CancellationToken ct)
    {
        var closed = await connection.ScalarAsync<string>(
            """
            SELECT format('%s cannot read %I.%I', quote_ident(role), n.nspname, c.relname)
            FROM unnest($1::text[], $2::text[]) t(nsp, name) JOIN pg_namespace n ON n.nspname = t.nsp JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name,
                 unnest($3::text[]) role
            WHERE NOT (has_schema_privilege(role, n.oid, 'USAGE') AND has_table_privilege(role, c.oid, 'SELECT'))
            ORDER BY 1 LIMIT 1
            """,
            ct, tables.Select(t => t.Schema).ToArray(), tables.Select(t => t.Name).ToArray(), roles.Names.ToArray());
        if (closed is not null) throw Refused(closed, null);
    }

    private static OrchestratorException Refused(string why, Exception? cause) => new(
        ErrorKind.Configuration, "E-ROLE-001", $"The roles of --target-roles did not get their rights on the target: {why}.",
        "The move is not touched by that. Create the roles and grant the rights as an account that may (CREATEROLE, owner of the schemas).", cause);
}
