using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>The server itself.</summary>
internal static class ServerChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-001", Severity.Blocker, "schema", "The source is MySQL 8.0, MariaDB 10.6 or newer", (c, f, _) =>
        {
            var version = c.Connection.Version;
            if (!(c.IsMariaDb ? version.IsAtLeast(10, 6) : version.IsAtLeast(8, 0))) f.Add("source", $"{version} is older than what is known to work.", "Upgrade the source, or move from a replica of a newer version.");
            return Task.CompletedTask;
        }),
        new("F-MYS-002", Severity.Blocker, "cutover", "The source takes writes", (c, f, _) =>
        {
            if (c.Variable("read_only") is "ON" or "1") f.Add("source", "read_only is on: it is a replica, or closed already. The cutover could not tell its own fence from it.", "Name the primary, or: SET GLOBAL read_only = 0;");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-003", Severity.Warning, "full-load", "Transactions that have been open for long", async (c, f, ct) =>
        {
            var rows = await c.Connection.RowsAsync(
                "SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, trx_started, SYSDATE()) FROM information_schema.INNODB_TRX WHERE trx_started < SYSDATE() - INTERVAL 60 SECOND", ct);
            foreach (var row in rows) f.Add($"thread {row[0]}", $"has had a transaction open for {row[1]} s: the cutover waits for it.", $"End it, or: KILL {row[0]};");
        }),
    ];
}
