using System.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Files in every state (CASES SP8, SP10, S5).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class FileTests
{
    private const string Table = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');";

    private const string Large = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000) INSERT INTO t SELECT i, 'value ' || i FROM n;";

    [Fact]
    public async Task SP8_wal_pages_that_are_not_checkpointed_are_read()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_wal", "PRAGMA journal_mode = WAL; " + Table);
        using var writer = Shell(scene.File.Path, "PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (3, 'in the log only'); SELECT 'done';");
        await writer.StandardOutput.ReadLineAsync();
        await writer.StandardOutput.ReadLineAsync();
        Assert.True(new FileInfo(scene.File.Path + "-wal").Length > 0);

        await scene.MoveAsync();

        Assert.Equal("3", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
        writer.StandardInput.Close();
        await writer.WaitForExitAsync();
    }

    [Fact]
    public async Task SP8_wal_file_copied_without_its_log_is_warned_of()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_nowal", "PRAGMA journal_mode = WAL; " + Table);
        var result = await scene.MoveAsync();
        Assert.Contains(result.Findings, f => f.Id == "F-SQL-003" && f.Object == scene.File.Path);
    }

    [Fact]
    public async Task SP8_write_during_the_load_ends_the_run_with_that_reason()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_written", "PRAGMA journal_mode = WAL; " + Large);
        await scene.StartAsync();
        await scene.UntilAsync("copying", async () => await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > 0") != "0");
        await scene.File.RunAsync("UPDATE t SET v = 'changed' WHERE id = 900000");

        var result = await scene.EndAsync();

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Contains(result.Errors, e => e.Code == "E-SQLITE-006" && e.Message.Contains(scene.File.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SP8_large_table_is_copied_by_several_sessions_of_one_view()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_large", Large);
        var result = await scene.MoveAsync();
        Assert.Equal(900_000, result.Report.RowsCopied);
        Assert.Equal(await scene.File.RunAsync("SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(v)) FROM t"), await scene.Target.QueryScalarAsync("SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(v)) FROM t"));
    }

    [Fact]
    public async Task SP8_paths_with_blanks_percent_signs_and_questions()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_path", Table, "my 100% (old)? #1 file.db");
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Backup = Path.Combine(scene.Folder, "kept copies") };
        await scene.MoveAsync();
        Assert.Equal("2", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
        Assert.Equal("1|a\n2|b", await new SqliteTestFile(Path.Combine(scene.Folder, "kept copies", "my 100% (old)? #1 file.db")).RunAsync("SELECT * FROM t"));
    }

    [Theory]
    [InlineData("missing", "E-SQLITE-001")]
    [InlineData("directory", "E-SQLITE-001")]
    [InlineData("text", "E-SQLITE-002")]
    [InlineData("cut", "E-SQLITE-003")]
    [InlineData("locked", "E-SQLITE-004")]
    public async Task SP8_file_that_cannot_be_read_is_one_plain_error(string state, string code)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_bad", Table + "CREATE TABLE big(v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO big SELECT hex(randomblob(50)) FROM n;");
        using var locker = state == "locked" ? Shell(scene.File.Path, "BEGIN EXCLUSIVE; SELECT 'done';") : null;
        if (locker is not null) await locker.StandardOutput.ReadLineAsync();
        if (state is "missing" or "directory") File.Delete(scene.File.Path);
        if (state == "directory") Directory.CreateDirectory(scene.File.Path);
        if (state == "text") await File.WriteAllTextAsync(scene.File.Path, new string('x', 5000));
        if (state == "cut") await using (var file = File.OpenWrite(scene.File.Path)) file.SetLength(file.Length / 2);

        await scene.StartAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(scene.EndAsync);

        Assert.Equal(code, error.Code);
        Assert.Contains(scene.File.Path, error.Message, StringComparison.Ordinal);
        locker?.StandardInput.Close();
    }

    [Fact]
    public async Task S5_the_file_is_not_changed_and_its_code_not_run()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_s5", Table + "CREATE VIEW v AS SELECT load_extension('evil'); CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;");
        var before = await File.ReadAllBytesAsync(scene.File.Path);
        var written = File.GetLastWriteTimeUtc(scene.File.Path);
        var result = await scene.MoveAsync();
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.File.Path));
        Assert.Equal(written, File.GetLastWriteTimeUtc(scene.File.Path));
        Assert.Equal(["trigger shop.t.g", "view shop.v"], result.Findings.Where(f => f.Id == "F-SQL-022").Select(f => f.Object).Order(StringComparer.Ordinal));
        Assert.Equal([scene.File.Path], Directory.GetFiles(scene.Folder));
    }

    [Theory]
    [InlineData(MigrationStrategy.FullLoadCdc)]
    [InlineData(MigrationStrategy.CdcOnly)]
    public async Task SP10_following_changes_is_refused_with_the_reason(MigrationStrategy strategy)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp10", Table);
        scene.Options = o => o with { Strategy = strategy };
        Assert.Contains(await scene.BlockersAsync(), b => b == "F-SQL-001 source SQLite keeps no log of changes that could be followed.");
    }

    [Fact]
    public async Task SP10_no_lag_is_ever_shown()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_lag", Table);
        var result = await scene.MoveAsync();
        Assert.Null(result.Report.LagMs);
        Assert.Contains("\"lag_ms\": null", ReportJson.Write(result.Report), StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Notices, n => n.Contains("lag", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A sqlite3 program that has run statements and stays connected.</summary>
    private static Process Shell(string path, string sql)
    {
        var start = new ProcessStartInfo("sqlite3", ["-batch", path]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        var program = Process.Start(start)!;
        program.StandardInput.WriteLine(sql);
        program.StandardInput.Flush();
        return program;
    }
}
