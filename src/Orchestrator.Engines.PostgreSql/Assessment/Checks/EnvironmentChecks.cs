using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>What the source's tables lean on outside themselves, and what the target's server has of it.</summary>
internal static class EnvironmentChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgQueryCheck("F-ENV-003", Severity.Warning, "schema", "Tables and indexes lie in the default tablespace", """
            SELECT 'tablespace ' || t.spcname, format('holds %s selected tables and indexes; on the target they go to the database''s default tablespace.', count(*)),
                   format('ALTER TABLE ... SET TABLESPACE %I; -- on the target after the run, if it matters where they are', t.spcname)
            FROM pg_class r JOIN pg_tablespace t ON t.oid = r.reltablespace
            WHERE r.oid = ANY($1) OR r.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY($1))
            GROUP BY t.spcname ORDER BY 1
            """),
        new PgCheck("F-ENV-004", Severity.Warning, "schema", "Roles that own or may use objects of the source exist on the target", async (c, f, ct) =>
        {
            var used = await c.Source.RowsAsync(SchemaArchive.RolesSql + " ORDER BY 1", ct);
            var known = (await c.Target.RowsAsync("SELECT rolname FROM pg_roles", ct)).Select(r => r[0]).ToHashSet();
            foreach (var name in used.Select(r => r[0]).Where(n => !known.Contains(n)))
                f.Add($"role {name}", $"owns or may use objects of the source and does not exist on the target: every object will belong to {c.Target.User} and no grant is moved.", $"CREATE ROLE {PgName.Quote(name)} LOGIN; -- on the target, with its password");
        }),
        new PgQueryCheck("F-ENV-007", Severity.Warning, "schema", "Owners and grants can be kept", """
            SELECT 'role ' || rolname, 'is no superuser on the target and cannot give objects away: every object will belong to it and no grant is moved.',
                   format('ALTER ROLE %I SUPERUSER; -- on the target for the time of the run, or give owners and grants by hand afterwards', rolname)
            FROM pg_roles WHERE rolname = current_user AND NOT rolsuper
            """) { Side = PgSideName.Target, NeedsSource = true },
        new PgCheck("F-ENV-005", Severity.Note, "cutover", "Both databases have the same default time zone", (c, f, _) =>
        {
            var (source, target) = (c.Source.Defaults[PgDefaults.TimeZone], c.Target.Defaults[PgDefaults.TimeZone]);
            if (source != target)
                f.Add("target", $"default time zone is {target}, the source's is {source}: values are the same, sessions that set none see timestamptz in another zone.", $"ALTER DATABASE {PgName.Quote(c.Target.Session.Database)} SET timezone = {PgName.Literal(source)};");
            return Task.CompletedTask;
        }),
        new PgCheck("F-ENV-006", Severity.Note, "full-load", "Disk the target needs", async (c, f, ct) =>
        {
            var size = c.HasSource
                ? await c.Source.RowAsync("SELECT pg_size_pretty(coalesce(sum(pg_total_relation_size(oid)), 0)) || ' for tables and indexes' FROM pg_class WHERE oid = ANY($1) AND relkind IN ('r', 'm')", ct, c.Oids)
                : await c.Target.RowAsync("SELECT pg_size_pretty($1::bigint) || ' for tables, indexes not counted'", ct, c.Inventory.Tables.Sum(t => t.Bytes));
            f.Add("target", $"needs about {size[0]}, the same again for WAL and sorting while it loads; free disk space cannot be read over SQL.", "Check the free space of the target's data directory.");
        }) { NeedsSource = false },
        new PgQueryCheck("F-TGT-006", Severity.Warning, "cdc", "Commits on the target do not wait for a standby", """
            SELECT 'target', format('synchronous_standby_names is %L: every commit of the load and of applied changes waits for that standby.', setting),
                   'ALTER SYSTEM SET synchronous_standby_names = ''''; SELECT pg_reload_conf(); -- until the cutover, if you may'
            FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting <> '' AND current_setting('synchronous_commit') NOT IN ('local', 'off')
            """) { Side = PgSideName.Target },
    ];
}
