using Orchestrator.Core.Assessment;
using Orchestrator.Engines.MySql.Source;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>Whether the binary log says all that is needed (CASES MP21).</summary>
internal static class LogChecks
{
    private const long Day = 86_400;

    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-010", Severity.Blocker, "cdc", "The source writes a binary log", (c, f, _) =>
        {
            if (c.Variable("log_bin") is not ("ON" or "1")) f.Add("source", "log_bin is off: there is nothing to follow.", "Start the server with log_bin and server_id, or use --strategy parallel-batch.");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        Setting("F-MYS-011", "binlog_format", "ROW", "logs statements, from which rows cannot be told"),
        Setting("F-MYS-012", "binlog_row_image", "FULL", "leaves columns out of the log"),
        Setting("F-MYS-013", "binlog_row_metadata", "FULL", "leaves the columns' names out of the log"),
        Setting("F-MYS-014", "binlog_row_value_options", "", "logs parts of JSON values only") with { OnlyMySql = true },
        Setting("F-MYS-015", "binlog_transaction_compression", "OFF", "compresses transactions in the log, which is not read") with { OnlyMySql = true },
        new("F-MYS-016", Severity.Warning, "cdc", "The log is kept long enough", (c, f, _) =>
        {
            var seconds = c.Number("binlog_expire_logs_seconds") is var s and > 0 ? s : (long)(c.Number("expire_logs_days") * Day);
            if (seconds is > 0 and < Day) f.Add("source", $"the binary log is purged after {seconds} s; a run that falls behind or is stopped for longer must start over.", $"SET GLOBAL binlog_expire_logs_seconds = {3 * Day};");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-017", Severity.Warning, "cdc", "The log's transactions have GTIDs", (c, f, _) =>
        {
            if (c.Variable("gtid_mode") != "ON") f.Add("source", "gtid_mode is off: that the log was reset under the same file names is noticed only by their sizes.", "SET GLOBAL gtid_mode = ON (in steps), or see to it that nobody resets the log.");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true, OnlyMySql = true },
        new("F-MYS-018", Severity.Blocker, "cdc", "No database of the run is left out of the log", async (c, f, ct) =>
        {
            if (c.Variable("log_bin") is not ("ON" or "1")) return;
            var status = await c.Connection.RowsAsync(MasterStatus.StatementOf(c.Connection.Version), ct);
            if (status.Count == 0) return;
            var (only, without) = ((status[0][2] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries), (status[0][3] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));
            foreach (var database in c.Databases.Where(d => (only.Length > 0 && !only.Contains(d)) || without.Contains(d)))
                f.Add(database, "is left out of the binary log (binlog_do_db, binlog_ignore_db).", "Take the setting out of the server's configuration and restart it.");
        }) { OnlyWhenFollowing = true },
        new("F-MYS-019", Severity.Blocker, "cdc", "The catalog shows keys the server made by itself", (c, f, _) =>
        {
            const string setting = "show_gipk_in_create_table_and_information_schema";
            if (c.Variable(setting) == "OFF") f.Add("source", $"{setting} is off: the log holds columns (my_row_id) that the catalog does not tell of.", $"SET GLOBAL {setting} = ON;");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true, OnlyMySql = true },
    ];

    private static MySqlCheck Setting(string id, string name, string wanted, string why) =>
        new(id, Severity.Blocker, "cdc", wanted.Length > 0 ? $"{name} is {wanted}" : $"{name} is empty", (c, f, _) =>
        {
            var value = c.Variable(name);
            if (!value.Equals(wanted, StringComparison.OrdinalIgnoreCase)) f.Add("source", $"{name} is {(value.Length > 0 ? value : "not known to this server")}: it {why}.", $"SET GLOBAL {name} = '{wanted}'; -- sessions that are open keep the old value: end them");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true };
}
