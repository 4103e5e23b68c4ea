using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>What the account in the URL may do.</summary>
internal static class RightChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-020", Severity.Blocker, "full-load", "Every table can be read", async (c, f, ct) =>
        {
            foreach (var table in c.Tables)
            {
                try
                {
                    await c.Connection.RowsAsync($"SELECT 1 FROM {MySqlName.Quote(table.Name)} LIMIT 0", ct);
                }
                catch (OrchestratorException e) when (e.Kind is ErrorKind.Configuration or ErrorKind.Data)
                {
                    f.Add(table.Name.ToString(), $"cannot be read: {e.Message}", $"GRANT SELECT ON {MySqlName.Quote(table.Name)} TO the account;");
                }
            }
        }),
        new("F-MYS-021", Severity.Blocker, "cdc", "The account may read the log as a replica", (c, f, _) =>
        {
            if (!c.Rights.MayOnServer("REPLICATION SLAVE", "REPLICATION REPLICA")) f.Add("account", "lacks the right to read the binary log.", "GRANT REPLICATION SLAVE ON *.* TO the account;");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-022", Severity.Blocker, "cdc", "The account may ask where the log stands", async (c, f, ct) =>
        {
            try
            {
                await c.Connection.RowsAsync("SHOW BINARY LOGS", ct);
            }
            catch (OrchestratorException e) when (e.Kind == ErrorKind.Configuration)
            {
                f.Add("account", "may not ask for the binary log's files.", c.IsMariaDb ? "GRANT BINLOG MONITOR ON *.* TO the account;" : "GRANT REPLICATION CLIENT ON *.* TO the account;");
            }
        }) { OnlyWhenFollowing = true },
        new("F-MYS-023", Severity.Warning, "full-load", "The account may take a read lock for a moment", (c, f, _) =>
        {
            if (!c.Rights.MayOnServer("RELOAD", "FLUSH_TABLES"))
                f.Add("account", "lacks RELOAD: the tables are locked one by one, which waits for every transaction that writes them and for nobody else.", "GRANT RELOAD ON *.* TO the account;");
            return Task.CompletedTask;
        }),
        new("F-MYS-024", Severity.Blocker, "cutover", "The account may stop writes at the cutover", (c, f, _) =>
        {
            if (!c.Rights.MayOnDatabases("LOCK TABLES", c.Databases)) f.Add("account", "may not lock tables, which stops writes while the switch is made.", "GRANT LOCK TABLES ON *.* TO the account;");
            if (!c.Rights.MayOnServer("READ_ONLY ADMIN", "READ ONLY ADMIN", "SUPER", "SYSTEM_VARIABLES_ADMIN")) f.Add("account", "may not set read_only, which keeps applications from writing after the switch.", c.IsMariaDb ? "GRANT READ_ONLY ADMIN ON *.* TO the account;" : "GRANT SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO the account;");
            else if (!c.IsMariaDb && !c.Rights.MayOnServer("CONNECTION_ADMIN", "SUPER")) f.Add("account", "may not end the statements of writers that wait while the server becomes read-only, nor set super_read_only.", "GRANT CONNECTION_ADMIN ON *.* TO the account;");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-025", Severity.Warning, "cutover", "No application's account writes in spite of read_only", async (c, f, ct) =>
        {
            var rows = await c.Connection.RowsAsync(
                $"SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN {(c.IsMariaDb ? "('READ_ONLY ADMIN', 'SUPER')" : "('CONNECTION_ADMIN', 'SUPER')")} ORDER BY 1", ct);
            var names = rows.Select(r => r[0]!).Where(n => !n.StartsWith("'root'@'localhost'", StringComparison.Ordinal) && !n.StartsWith("'mariadb.sys'", StringComparison.Ordinal) && !n.StartsWith("'mysql.", StringComparison.Ordinal)).ToList();
            if (c.IsMariaDb && names.Count > 0) f.Add(string.Join(", ", names), "may write although the server is read-only: after the switch only the end of their sessions stops them.", "Take READ_ONLY ADMIN and SUPER from the accounts of applications, or stop them at the switch (--on-switch).");
        }) { OnlyWhenFollowing = true },
    ];
}
