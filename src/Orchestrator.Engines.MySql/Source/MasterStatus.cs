using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>Where the source's log stands, and whether it still reaches back to where we are.</summary>
internal static class MasterStatus
{
    /// <summary>ER_ERROR_WHEN_EXECUTING_COMMAND: no event begins there.</summary>
    private const uint WrongOffset = 1220;

    // Columns of SHOW BINLOG EVENTS.
    private const int EventTypeColumn = 2;
    private const int InfoColumn = 5;

    /// <summary>The statement that tells the end of the log and what is left out of it; MySQL 8.4 dropped the old name.</summary>
    public static string StatementOf(ServerVersion version) => !version.IsMariaDb && version.IsAtLeast(8, 4) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";

    /// <summary>The end of the log now.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-BINLOG-010</c>: the source writes no binary log.</exception>
    public static async Task<BinlogPosition> CurrentAsync(MySqlConnection connection, CancellationToken ct)
    {
        var rows = await connection.RowsAsync(StatementOf(connection.Version), ct);
        if (rows.Count == 0)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-BINLOG-010", "The source writes no binary log: changes cannot be followed.",
                "Start the server with log_bin, or move it with --strategy parallel-batch.");
        }

        var gtids = await connection.ScalarAsync(connection.IsMariaDb ? "SELECT @@global.gtid_binlog_pos" : "SELECT @@global.gtid_executed", ct) ?? "";
        return new BinlogPosition(rows[0][0]!, ulong.Parse(rows[0][1]!, CultureInfo.InvariantCulture), gtids.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    /// <summary>
    /// The log at that place must still be the one that was read: the file there, and with the same GTIDs before it. A server
    /// that was reset writes files of the same names again; what it would send from there are other changes (CASES C15).
    /// </summary>
    /// <exception cref="OrchestratorException">Data <c>E-BINLOG-007</c>: it is gone, or another one.</exception>
    public static async Task RequireAsync(MySqlConnection connection, BinlogPosition position, CancellationToken ct)
    {
        var logs = await connection.RowsAsync("SHOW BINARY LOGS", ct);
        var file = logs.Find(l => l[0] == position.File);
        if (file is null) throw Gone($"its file was purged; the oldest there is {(logs.Count > 0 ? logs[0][0] : "none")}");
        if (ulong.Parse(file[1]!, CultureInfo.InvariantCulture) < position.Offset) throw Gone($"{position.File} has only {file[1]} bytes");
        if (position.Gtids.Length == 0) return;
        if (connection.IsMariaDb) await RequireSameAsync(connection, position, Gone, ct);
        else await RequireKnownAsync(connection, position, Gone, ct);

        OrchestratorException Gone(string why) => new(
            ErrorKind.Data, "E-BINLOG-007", $"The source's log no longer holds what follows {position}: {why}. Changes since then cannot be followed.",
            "Every table must be loaded again: roll this run back, make the source keep its log longer (expire_logs_days, binlog_expire_logs_seconds), start a new one.");
    }

    private static async Task RequireSameAsync(MySqlConnection connection, BinlogPosition position, Func<string, OrchestratorException> gone, CancellationToken ct)
    {
        var there = await connection.ScalarAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT BINLOG_GTID_POS({MySqlName.Literal(position.File)}, {position.Offset})"), ct);
        // The server cannot always tell: it looks through the file and gives up at an event over its max_allowed_packet, which
        // it would send all the same. Then what stands there must be what comes next.
        if (there is null && await ContinuesAsync(connection, position, ct)) return;
        if (there is null || !Set(there).SetEquals(Set(position.Gtids))) throw gone($"at that place stand other GTIDs ({there ?? "none"})");
    }

    private static async Task<bool> ContinuesAsync(MySqlConnection connection, BinlogPosition position, CancellationToken ct)
    {
        List<string?[]> next;
        try
        {
            next = await connection.RowsAsync(string.Create(CultureInfo.InvariantCulture, $"SHOW BINLOG EVENTS IN {MySqlName.Literal(position.File)} FROM {position.Offset} LIMIT 1"), ct);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) == WrongOffset)
        {
            return false;
        }

        var now = Numbers(await connection.ScalarAsync("SELECT @@global.gtid_binlog_pos", ct) ?? "");
        var mine = Numbers(position.Gtids);
        if (mine.Any(m => now.GetValueOrDefault(m.Key) < m.Value)) return false;
        if (next.Count == 0) return true;
        if (next[0][EventTypeColumn] != "Gtid") return next[0][EventTypeColumn] is "Rotate" or "Stop" or "Binlog_checkpoint";
        var gtid = next[0][InfoColumn]!.Split(' ').Last(w => w.Contains('-', StringComparison.Ordinal));
        return NumberOf(gtid) > mine.GetValueOrDefault(DomainOf(gtid));
    }

    private static async Task RequireKnownAsync(MySqlConnection connection, BinlogPosition position, Func<string, OrchestratorException> gone, CancellationToken ct)
    {
        var row = (await connection.RowsAsync("SELECT @@global.gtid_executed, @@global.gtid_purged", ct))[0];
        var mine = GtidSet.Parse(position.Gtids);
        if (!GtidSet.Parse(row[0]!.Replace("\n", "", StringComparison.Ordinal)).Contains(mine)) throw gone("the server does not know the GTIDs that were read before it");
        if (!mine.Contains(GtidSet.Parse(row[1]!.Replace("\n", "", StringComparison.Ordinal)))) throw gone("GTIDs that were not read were purged");
    }

    private static string DomainOf(string gtid) => gtid[..gtid.IndexOf('-', StringComparison.Ordinal)];

    private static ulong NumberOf(string gtid) => ulong.Parse(gtid.AsSpan(gtid.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);

    private static Dictionary<string, ulong> Numbers(string gtids) => Set(gtids).ToDictionary(DomainOf, NumberOf, StringComparer.Ordinal);

    private static HashSet<string> Set(string gtids) => [.. gtids.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
