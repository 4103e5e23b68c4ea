using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>The target has no room left (CASES X13).</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task X13_disk_full_while_rows_are_copied_is_named_and_resume_finishes()
    {
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var scene = await DrillScene.StartAsync("disk", new DrillOptions { OwnServers = true, TargetDisk = disk });
        var migrate = scene.Migrate();
        await using (await scene.HoldLoadAsync()) await disk.FillAsync();

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        RequireNamed(migrate);

        disk.Free();
        await scene.ResumeToEndAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X13_disk_full_while_changes_are_followed_is_named_and_the_run_goes_on_with_room()
    {
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var scene = await DrillScene.StartAsync("disk", new DrillOptions { OwnServers = true, TargetDisk = disk, Cutover = "manual" });
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await disk.FillAsync();
        await scene.Pair.Source.ExecuteAsync("INSERT INTO shop.note SELECT i, md5(i::text) FROM generate_series(5000000, 5050000) i");

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        RequireNamed(migrate);
        Assert.Equal("0", await scene.Pair.Target.QueryScalarAsync("SELECT count(*) FROM shop.note WHERE id BETWEEN 5000000 AND 5050000"));

        disk.Free();
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X13_disk_full_of_the_targets_log_loses_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var scene = await DrillScene.StartAsync("disk", new DrillOptions { OwnServers = true, Cutover = "manual" });
        var target = scene.Pair.Target.Cluster;
        await target.ExecuteAsync("postgres", "ALTER SYSTEM SET max_wal_size = '32MB'");
        await target.ExecuteAsync("postgres", "ALTER SYSTEM SET min_wal_size = '32MB'");
        await target.MoveLogAsync(disk.Directory);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await disk.FillAsync();
        await scene.Pair.Source.ExecuteAsync("INSERT INTO shop.note SELECT i, repeat(md5(i::text), 20) FROM generate_series(5000000, 5150000) i");

        // Whichever of the server's processes needs the next log file first decides: an error of ours, or a panic of the server.
        await migrate.WaitForLineAsync("change stream interrupted|E-PG-53100", Patience);
        disk.Free();
        await target.RestartAsync(StopMode.Immediate);
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    private static void RequireNamed(OrchestratorProcess migrate)
    {
        Assert.Contains("E-PG-53100", migrate.Error, StringComparison.Ordinal);
        Assert.Contains("No space left on device", migrate.Error, StringComparison.Ordinal);
        Assert.Contains("make room, then resume", migrate.Error, StringComparison.Ordinal);
    }
}

/// <summary>The target takes no writes any more (CASES X13).</summary>
public sealed class ReadOnlyTargetTests
{
    private static readonly DrillOptions Own = new() { OwnServers = true, Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task X13_target_that_became_a_standby_is_named_and_the_run_goes_on_with_a_primary()
    {
        await using var scene = await DrillScene.StartAsync("standby", Own);
        var target = scene.Pair.Target.Cluster;
        var signal = target.DataDirectory + "/standby.signal";
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await target.StopAsync();
        await File.WriteAllTextAsync(signal, "");
        await target.StartAgainAsync();

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        Assert.Contains("E-PG-25006", migrate.Error, StringComparison.Ordinal);
        Assert.Contains("use the primary", migrate.Error, StringComparison.Ordinal);

        await target.StopAsync();
        File.Delete(signal);
        await target.StartAgainAsync();
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X13_default_of_read_only_transactions_does_not_bind_the_tool()
    {
        await using var scene = await DrillScene.StartAsync("readonly", Own);
        var target = scene.Pair.Target.Cluster;
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await ReadOnlyAsync(target, "on");
        await target.ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'orchestrator%'");
        var before = await scene.Pair.Source.QueryScalarAsync("SELECT max(id) FROM public.app_ledger");
        while (await scene.Pair.Target.QueryScalarAsync($"SELECT count(*) FROM public.app_ledger WHERE id > {before}") == "0")
        {
            Assert.False(migrate.HasExited, migrate.Error);
            await Task.Delay(50);
        }

        await ReadOnlyAsync(target, "off");
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    private static async Task ReadOnlyAsync(PgCluster cluster, string value)
    {
        await cluster.ExecuteAsync("postgres", $"ALTER SYSTEM SET default_transaction_read_only = {value}");
        await cluster.QueryScalarAsync("postgres", "SELECT pg_reload_conf()");
    }
}
