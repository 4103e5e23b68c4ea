using System.Diagnostics;
using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A table as the connector sends it.</summary>
internal sealed record MariaTable(string Database, string Name, string Topic, IReadOnlyList<MariaColumn> Columns)
{
    /// <summary>As the transaction topic calls it.</summary>
    public string Collection => $"{Database}.{Name}";

    /// <summary>JSON of a row's key; null: the table has none.</summary>
    public string? KeyOf(object?[] row, ConnectorSettings settings) =>
        Columns.Any(c => c.IsKey) ? JsonText.Object(Columns.Select((c, i) => (c, i)).Where(x => x.c.IsKey).Select(x => (x.c.Name, x.c.Json(row[x.i], settings)))) : null;

    public string RowOf(object?[] row, ConnectorSettings settings) => JsonText.Object(Columns.Select((c, i) => (c.Name, c.Json(row[i], settings))));
}

/// <summary>Asks the source by its own client program.</summary>
internal sealed class MariaCatalog(ConnectorSettings settings)
{
    /// <summary>The path that names of log files are made from.</summary>
    public async Task<string> BasenameAsync(CancellationToken ct) => (await QueryAsync("SELECT @@log_bin_basename", ct))[0][0];

    /// <summary>GTIDs before a place of the log; null: the server cannot tell.</summary>
    public async Task<string?> GtidsAtAsync(string file, long position, CancellationToken ct) =>
        (await QueryAsync(FormattableString.Invariant($"SELECT COALESCE(BINLOG_GTID_POS('{file}', {position}), 'unknown')"), ct))[0][0] is var gtids and not "unknown" ? gtids : null;

    /// <summary>Captured tables as they are now.</summary>
    public Task<IReadOnlyList<MariaTable>> TablesAsync(CancellationToken ct) => TablesAsync("TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')", ct);

    public async Task<MariaTable> TableAsync(string database, string table, CancellationToken ct) =>
        (await TablesAsync($"TABLE_SCHEMA = {Literal(database)} AND TABLE_NAME = {Literal(table)}", ct)).Single();

    private async Task<IReadOnlyList<MariaTable>> TablesAsync(string which, CancellationToken ct)
    {
        // Hexadecimal: names and labels may hold what ends a field or a line.
        var rows = await QueryAsync(
            $"""
            SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(COLUMN_NAME), HEX(COLUMN_TYPE), COALESCE(CHARACTER_SET_NAME, ''), IS_NULLABLE, COLUMN_KEY
            FROM information_schema.COLUMNS WHERE {which} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
            """, ct);
        return
        [
            .. rows.GroupBy(r => (Database: FromHex(r[0]), Name: FromHex(r[1]))).Where(g => settings.Captures(g.Key.Database, g.Key.Name)).Select(g => new MariaTable(
                g.Key.Database, g.Key.Name, TopicNames.Data(settings.Prefix, g.Key.Database, g.Key.Name),
                [.. g.Select(r => new MariaColumn(FromHex(r[2]), FromHex(r[3]), r[4], r[5] == "NO", r[6] == "PRI"))])),
        ];
    }

    /// <summary>Connects and asks for something, as the connector does when its configuration is checked.</summary>
    /// <returns>What went wrong; null: nothing.</returns>
    public async Task<string?> TryAsync()
    {
        try
        {
            await QueryAsync("SELECT 1", CancellationToken.None);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private async Task<List<string[]>> QueryAsync(string sql, CancellationToken ct)
    {
        var info = new ProcessStartInfo(
            "mariadb",
            ["--no-defaults", "-h", settings.Text("database.hostname", ""), "-P", settings.Text("database.port", "3306"), "-u", settings.Text("database.user", ""), "-N", "-B", "--default-character-set=utf8mb4", "-e", sql]);
        info.Environment["MYSQL_PWD"] = settings.Text("database.password", "");
        var result = await ProgramRun.RunAsync(info, cancel: ct);
        if (result.ExitCode != 0) throw new InvalidOperationException(result.Error.Trim());
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))];
    }

    private static string Literal(string text) => $"CONVERT(0x{Convert.ToHexString(Encoding.UTF8.GetBytes(text))} USING utf8mb4)";

    private static string FromHex(string hex) => Encoding.UTF8.GetString(Convert.FromHexString(hex));
}
