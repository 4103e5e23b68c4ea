using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Room for our sessions, and limits they will meet.</summary>
internal static class ConnectionChecks
{
    /// <summary>Beside the workers: snapshot holder, change reader or writer, control, progress.</summary>
    private const int BesideWorkers = 4;

    /// <summary>What is left by the server's, the role's and the database's limit; the least counts.</summary>
    private const string FreeSql = """
        SELECT least(
                   s.max - s.reserved - a.all_used,
                   CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit - a.role_used END,
                   CASE WHEN d.datconnlimit >= 0 THEN d.datconnlimit - a.db_used END) AS free, s.max
        FROM (SELECT current_setting('max_connections')::int AS max,
                     current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved) s,
             (SELECT count(*) AS all_used, count(*) FILTER (WHERE usename = current_user) AS role_used,
                     count(*) FILTER (WHERE datname = current_database()) AS db_used
              FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name NOT LIKE 'orchestrator%') a,
             (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) r,
             (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) d
        """;

    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        Room("F-SRC-005", PgSideName.Source),
        Room("F-TGT-005", PgSideName.Target),
        new PgCheck("F-SRC-006", Severity.Note, "full-load", "Time-outs that sessions get by default", (c, f, _) =>
        {
            foreach (var side in c.HasSource ? (PgSide[])[c.Source, c.Target] : [c.Target])
                foreach (var name in PgDefaults.TimeOuts.Where(n => side.Defaults[n] != "0"))
                    f.Add(side.Name, $"{name} is {side.Defaults[name]} by default; our sessions set it to 0 for themselves.", "");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        new PgQueryCheck("F-SRC-007", Severity.Warning, "cutover", "The lock table can hold a lock on every table", """
            SELECT 'source', format('%s tables and indexes are selected; all locks of all sessions together have room for about %s: dump and fence lock every table at once.', n, room),
                   'ALTER SYSTEM SET max_locks_per_transaction = ' || ceil(2.0 * n / greatest(sessions, 1)) || '; -- then restart PostgreSQL'
            FROM (SELECT (SELECT count(*) FROM pg_class WHERE oid = ANY($1)) + (SELECT count(*) FROM pg_index WHERE indrelid = ANY($1)) AS n,
                         current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint AS sessions,
                         current_setting('max_locks_per_transaction')::bigint * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) AS room) s
            WHERE n > room / 2
            """),
    ];

    private static PgCheck Room(string id, PgSideName side) => new(
        id, Severity.Blocker, "full-load", $"The {Name(side)} has connections left for the workers", async (context, found, ct) =>
        {
            var row = await context.Side(side).RowAsync(FreeSql, ct);
            var needed = context.Request.Workers + BesideWorkers;
            if (row.Long(0) >= needed) return;
            var workers = row.Long(0) - BesideWorkers;
            found.Add(
                Name(side), $"has {row[0]} connections left (max_connections {row[1]}, limits of role and database counted); {needed} are needed for {context.Request.Workers} workers.",
                (workers >= 1 ? $"Use --parallel-workers {workers}, or " : "") + $"ALTER SYSTEM SET max_connections = {row.Long(1) + needed - row.Long(0)}; -- then restart PostgreSQL");
        }) { NeedsSource = side == PgSideName.Source };

    private static string Name(PgSideName side) => side == PgSideName.Source ? "source" : "target";
}
