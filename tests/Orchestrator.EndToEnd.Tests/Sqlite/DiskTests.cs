using System.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Files that a killed writer left behind, and directories that cannot be written (CASES SP8). A disk mounted read-only keeps root out too.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class DiskTests
{
    private const string Table = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, hex(randomblob(50)) FROM n;";

    [Fact]
    public async Task SP8_journal_of_a_killed_writer_is_not_passed_over()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_hot", Table);
        var sum = await scene.File.RunAsync("SELECT count(*) || ' ' || sum(length(v)) FROM t");
        await KillWriterAsync(scene.File.Path, "PRAGMA cache_size = 2; BEGIN; UPDATE t SET v = 'half'; SELECT 'done';");
        Assert.True(new FileInfo(scene.File.Path + "-journal").Length > 0);
        var before = await File.ReadAllBytesAsync(scene.File.Path);

        await scene.StartAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(scene.EndAsync);

        Assert.Equal(("E-SQLITE-005", ErrorKind.Configuration), (error.Code, error.Kind));
        Assert.Contains(scene.File.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.File.Path));

        // As the error says: opened once by a program that may write, it is whole again, and can be moved.
        await using var mended = await SqliteScene.OpenAsync("sl_hot2", "");
        foreach (var end in new[] { "", "-journal" }) File.Copy(scene.File.Path + end, mended.File.Path + end);
        Assert.Equal(sum, await mended.File.RunAsync("SELECT count(*) || ' ' || sum(length(v)) FROM t"));
        await mended.MoveAsync();
        Assert.Equal(sum, await mended.Target.QueryScalarAsync("SELECT count(*) || ' ' || sum(length(v)) FROM t"));
    }

    [Theory]
    [InlineData("SELECT 'done';")]
    [InlineData("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (9999, 'in the log only'); SELECT 'done';")]
    public async Task SP8_wal_file_whose_directory_cannot_be_written_is_a_plain_error(string last)
    {
        await using var disk = await SmallDisk.MountAsync(20);
        await using var scene = await SqliteScene.OpenAsync("sl_rowal", "PRAGMA journal_mode = WAL; " + Table, Path.Combine(disk.Directory, "shop.db"));
        await KillWriterAsync(scene.File.Path, last);
        File.Delete(scene.File.Path + "-shm");
        await disk.RemountReadOnlyAsync();

        await scene.StartAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(scene.EndAsync);

        Assert.Equal("E-SQLITE-005", error.Code);
        Assert.Contains("its directory may not be written, which a file in WAL mode needs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SP8_other_file_on_a_disk_that_cannot_be_written_is_moved()
    {
        await using var disk = await SmallDisk.MountAsync(20);
        await using var scene = await SqliteScene.OpenAsync("sl_ro", Table, Path.Combine(disk.Directory, "shop.db"));
        await disk.RemountReadOnlyAsync();
        await scene.MoveAsync();
        Assert.Equal("3000", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Backup_directory_that_cannot_be_written_ends_the_run_before_rows_are_moved()
    {
        await using var disk = await SmallDisk.MountAsync(20);
        await disk.RemountReadOnlyAsync();
        await using var scene = await SqliteScene.OpenAsync("sl_robackup", Table);
        scene.Options = BackupTo(Path.Combine(disk.Directory, "copies"));
        await scene.StartAsync();
        Assert.Equal("E-SQLITE-008", (await scene.FailureAsync()).Code);
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Backup_directory_without_room_is_refused_and_leaves_no_half_copy()
    {
        await using var disk = await SmallDisk.MountAsync(4);
        await disk.FillAsync();
        await using var scene = await SqliteScene.OpenAsync("sl_fullbackup", Table);
        scene.Options = BackupTo(disk.Directory);
        Assert.Contains(await scene.BlockersAsync(), b => b.StartsWith($"F-SQL-004 {disk.Directory} has ", StringComparison.Ordinal));

        // Room that is gone by the time the copy is written.
        var options = BackupTo(disk.Directory)(new MigrationOptions { SourceUrl = scene.Urls, TargetUrl = scene.Target.Url });
        await using var engine = new Engines.Sqlite.SqliteSourceEngine(options, Guid.NewGuid(), TimeProvider.System);
        Assert.Equal("E-SQLITE-008", (await Assert.ThrowsAsync<OrchestratorException>(() => engine.Capture.TakeViewAsync([], CancellationToken.None))).Code);
        Assert.Equal([Path.Combine(disk.Directory, "filler")], Directory.GetFiles(disk.Directory));
    }

    [Fact]
    public async Task Stash_without_room_ends_the_run_and_leaves_no_half_file()
    {
        await using var disk = await SmallDisk.MountAsync(4);
        await disk.FillAsync();
        await using var scene = await SqliteScene.OpenAsync("sl_fullstash", Table);
        var options = new MigrationOptions
        {
            SourceUrl = scene.Urls, TargetUrl = scene.Target.Url,
            Mapping = new MappingOptions
            {
                RejectLimit = 5000, Stash = Path.Combine(disk.Directory, "rows.jsonl"),
                Columns = new Dictionary<string, ColumnOverride> { ["shop.t.id"] = new(null, null) { Check = new ColumnCheck(false, "3001", null) } },
            },
        };
        await using var engine = new Engines.Sqlite.SqliteSourceEngine(options, Guid.NewGuid(), TimeProvider.System);
        Assert.Equal("E-REJECT-002", (await Assert.ThrowsAsync<OrchestratorException>(() => engine.Capture.TakeViewAsync([], CancellationToken.None))).Code);
        Assert.Equal([Path.Combine(disk.Directory, "filler")], Directory.GetFiles(disk.Directory));
    }

    private static Func<MigrationOptions, MigrationOptions> BackupTo(string directory) => o => o with { Strategy = MigrationStrategy.ParallelBatch, Backup = directory };

    /// <summary>Runs statements in the sqlite3 program up to the word they end with, and kills it.</summary>
    private static async Task KillWriterAsync(string path, string sql)
    {
        using var program = Process.Start(new ProcessStartInfo("sqlite3", ["-batch", path]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await program.StandardInput.WriteLineAsync(sql);
        await program.StandardInput.FlushAsync();
        while (await program.StandardOutput.ReadLineAsync() is { } line && line != "done") { }
        program.Kill();
        await program.WaitForExitAsync();
    }
}
