using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Which servers these are.</summary>
internal static class ServerChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-SRC-002", Severity.Blocker, "schema", "Source and target are different databases", (c, f, _) =>
        {
            if (c.Inventory.DatabaseIdentity == c.TargetInventory.DatabaseIdentity)
                f.Add("target", $"is the same database as the source (system identifier/database {c.Inventory.DatabaseIdentity}).", "Give the URL of another database as target.");
            return Task.CompletedTask;
        }),
        new PgQueryCheck("F-SRC-003", Severity.Blocker, "full-load", "The source is a primary", """
            SELECT 'source', 'is a standby (in recovery): it can neither be followed nor fenced.', 'Give the URL of the primary.'
            WHERE pg_is_in_recovery()
            """),
        new PgQueryCheck("F-TGT-002", Severity.Blocker, "schema", "The target is a primary", """
            SELECT 'target', 'is a standby (in recovery): nothing can be written.', 'Give the URL of the primary.'
            WHERE pg_is_in_recovery()
            """) { Side = PgSideName.Target },
        new PgCheck("F-ENV-001", Severity.Warning, "schema", "The target is not older than the source", (c, f, _) =>
        {
            if (Major(c.Target) < Major(c.Source))
                f.Add("target", $"is PostgreSQL {Major(c.Target)}, older than the source's {Major(c.Source)}: a definition that only the newer one understands cannot be created.", "Use a target of the source's major version or newer.");
            return Task.CompletedTask;
        }),
        new PgCheck("F-ENV-002", Severity.Blocker, "schema", "pg_dump, pg_restore and psql are installed and not older than the source", ClientProgramsAsync),
        new PgCheck("F-TGT-003", Severity.Warning, "cutover", "The target takes writes by default", (c, f, _) =>
        {
            if (c.Target.Defaults[PgDefaults.ReadOnly] != "off")
                f.Add("target", "default_transaction_read_only is on: our sessions turn it off, the application's may not, and would be refused after the switch.", $"ALTER DATABASE {PgName.Quote(c.Target.Session.Database)} RESET default_transaction_read_only; -- or ALTER ROLE, or ALTER SYSTEM, where it is set");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        Ours("F-SRC-004", PgSideName.Source),
        Ours("F-TGT-004", PgSideName.Target),
    ];

    private static int Major(PgSide side) => side.Version / 10_000;

    private static PgQueryCheck Ours(string id, PgSideName side) => new(id, Severity.Blocker, side == PgSideName.Source ? "cutover" : "schema",
        $"Schema orchestrator on the {(side == PgSideName.Source ? "source" : "target")} is free or ours", $"""
        SELECT 'schema orchestrator', 'exists on the {(side == PgSideName.Source ? "source" : "target")} and belongs to ' || pg_get_userbyid(n.nspowner)
               || ', whose rights we do not have; the name is needed for the run''s own objects.',
               format('GRANT %I TO %I; -- or: DROP SCHEMA orchestrator CASCADE;', pg_get_userbyid(n.nspowner), current_user)
        FROM pg_namespace n WHERE n.nspname = 'orchestrator' AND NOT pg_has_role(n.nspowner, 'USAGE')
        """) { Side = side };

    private static async Task ClientProgramsAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        foreach (var program in (string[])["pg_dump", "pg_restore", "psql"])
        {
            var major = await PgClientPrograms.MajorAsync(program, ct);
            var needed = Major(context.Source);
            if (major is null)
                found.Add(program, "is not installed; the schema is moved with it.", $"Install PostgreSQL's client programs, version {needed} or newer.");
            else if (major < needed)
                found.Add(program, $"is version {major}, older than the source's {needed}: it refuses to read a newer server.", $"Install PostgreSQL's client programs, version {needed} or newer.");
        }
    }
}
