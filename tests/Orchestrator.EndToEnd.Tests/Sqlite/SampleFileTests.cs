using System.Globalization;
using System.Text;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Public sample files, moved and compared value by value: the <c>sqlite3</c> program's answer against the target's.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SampleFileTests
{
    [Fact]
    public async Task Chinook_arrives()
    {
        await using var scene = await SqliteScene.OpenCopyAsync("sl_chinook", DataSets.FilePath("chinook", "Chinook_Sqlite.sqlite"));
        var result = await scene.MoveAsync();
        Assert.Equal(15_607, result.Report.RowsCopied);
        await RequireEqualAsync(scene);
        Assert.Equal("11", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"));
    }

    [Fact]
    public async Task Northwind_arrives()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_northwind", "");
        foreach (var script in new[] { "create.sql", "update.sql" })
            await scene.File.RunAsync(await File.ReadAllTextAsync(DataSets.FilePath("northwind-sqlite", script)));
        var result = await scene.MoveAsync();
        await RequireEqualAsync(scene);
        Assert.Equal(17, result.Findings.Count(f => f.Object.StartsWith("view ", StringComparison.Ordinal)));
        Assert.Equal("2155", await scene.Target.QueryScalarAsync("SELECT count(*) FROM \"Order Details\""));
    }

    [Fact]
    public async Task SP1_pgloaders_file_of_bug_reports_arrives()
    {
        await using var scene = await SqliteScene.OpenCopyAsync("sl_pgloader", DataSets.FilePath("pgloader-sqlite", "sqlite.db"));
        Assert.Equal(["F-SQL-012 sqlite.autoinc.id is part of the primary key and NULL in 3 rows, first in rowid 1."], await scene.BlockersAsync());

        await using var mended = await SqliteScene.OpenCopyAsync("sl_pgloader2", scene.File.Path);
        await mended.File.RunAsync("UPDATE autoinc SET id = rowid");
        var result = await mended.MoveAsync();
        await RequireEqualAsync(mended);
        Assert.Contains(result.Findings, f => f.Id == "F-SQL-011" && f.Object == "sqlite.intege.id");
    }

    private static async Task RequireEqualAsync(SqliteScene scene)
    {
        var tables = (await scene.File.RunAsync("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")).Split('\n');
        var columns = (await scene.Target.QueryRowsAsync("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position"))
            .GroupBy(r => r[0]!).ToDictionary(g => g.Key, g => g.Select(r => (Name: r[1]!, Type: r[2]!)).ToList());
        Assert.Equal(tables.Order(StringComparer.Ordinal), columns.Keys.Order(StringComparer.Ordinal));
        foreach (var table in tables)
        {
            var cells = columns[table].Select(c => $"coalesce(CASE typeof({Name(c.Name)}) WHEN '{(c.Type == "text" ? "none" : "real")}' THEN hex(printf('%!.17g', {Name(c.Name)})) ELSE nullif(hex({Name(c.Name)}), '') END, CASE WHEN {Name(c.Name)} IS NULL THEN 'NULL' ELSE '' END)");
            var lines = await scene.File.RunAsync($"SELECT count(*) FROM {Name(table)}") == "0" ? [] : (await scene.File.RunAsync($"SELECT {string.Join(" || '|' || ", cells)} FROM {Name(table)}")).Split('\n');
            var there = lines.Select(r => Row(r, columns[table]));
            var values = columns[table].Select(c => c.Type == "bytea" ? $"coalesce(upper(encode({Name(c.Name)}, 'hex')), 'NULL')" : $"coalesce(upper(encode(convert_to({Name(c.Name)}::text, 'UTF8'), 'hex')), 'NULL')");
            var here = (await scene.Target.QueryRowsAsync($"SELECT {string.Join(" || '|' || ", values)} FROM {Name(table)}")).Select(r => Row(r[0]!, columns[table]));
            Assert.Equal(there.Order(StringComparer.Ordinal), here.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Numbers are compared as numbers, everything else byte by byte.</summary>
    private static string Row(string cells, List<(string Name, string Type)> columns) =>
        string.Join('|', cells.Split('|').Select((c, i) => columns[i].Type is "numeric" or "double precision" && c != "NULL"
            ? double.Parse(Encoding.UTF8.GetString(Convert.FromHexString(c)), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)
            : c));

    private static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
