using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>What happens to the source's slot and the log it keeps (CASES C14, C16).</summary>
public sealed class SlotTests
{
    private static readonly DrillOptions Manual = new() { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task C14_slot_a_stranger_reads_cannot_be_removed_until_he_ends()
    {
        await using var scene = await DrillScene.StartAsync("stranger", Manual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await migrate.KillAsync();
        var slot = Assert.Single(await scene.Pair.SourceSlotsAsync());
        await using (var stranger = OrchestratorProcess.Start(scene.Pair.Source.Cluster.ClientInfo(
            "pg_recvlogical", scene.Pair.Source.Name, "--dbname", scene.Pair.Source.Name, "--slot", slot, "--start", "--file", "/dev/null", "-o", "proto_version=1", "-o", "publication_names=" + slot)))
        {
            var pid = await ReaderAsync(scene, stranger);
            var refused = await scene.CommandAsync("rollback");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("E-SLOT-004", refused.Error + refused.Output, StringComparison.Ordinal);
            Assert.Contains($"PID {pid}", refused.Error + refused.Output, StringComparison.Ordinal);
        }

        var done = await scene.CommandAsync("rollback");
        Assert.True(done.ExitCode == 0, done.Error + done.Output);
        await DrillVerdict.RequireRolledBackAsync(scene);
    }

    [Fact]
    public async Task C16_log_beyond_the_sources_limit_stops_the_run_with_what_to_raise()
    {
        await using var scene = await DrillScene.StartAsync("lost", Manual with { OwnServers = true });
        var source = scene.Pair.Source;
        foreach (var setting in (string[])["max_slot_wal_keep_size = '1MB'", "max_wal_size = '32MB'", "min_wal_size = '32MB'"])
            await source.Cluster.ExecuteAsync("postgres", "ALTER SYSTEM SET " + setting);
        await source.QueryScalarAsync("SELECT pg_reload_conf()");
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await using (var holder = new Npgsql.NpgsqlConnection(scene.Pair.Target.ConnectionString))
        {
            await holder.OpenAsync();
            await using var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE shop.note, public.app_ledger", holder);
            await hold.ExecuteNonQueryAsync();
            while (await source.QueryScalarAsync("SELECT wal_status FROM pg_replication_slots") != "lost")
                await source.PsqlAsync("SELECT pg_switch_wal();\nCREATE TABLE junk AS SELECT generate_series(1, 10000) i;\nDROP TABLE junk;\nCHECKPOINT;\n");
        }

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        Assert.Contains("E-SLOT-001", migrate.Error, StringComparison.Ordinal);
        Assert.Contains("raise max_slot_wal_keep_size", migrate.Error, StringComparison.Ordinal);
        await RequireCanBeRolledBackAsync(scene);
    }

    [Fact]
    public async Task C16_slot_dropped_while_changes_are_followed_stops_the_run()
    {
        await using var scene = await DrillScene.StartAsync("dropped", Manual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        var slot = Assert.Single(await scene.Pair.SourceSlotsAsync());
        await scene.Pair.Source.ExecuteAsync($"""
            DO $$ BEGIN
              PERFORM pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = '{slot}';
              PERFORM pg_drop_replication_slot('{slot}');
            END $$
            """);

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        Assert.True(migrate.Error.Contains("E-SLOT-002", StringComparison.Ordinal), migrate.Error);
        await RequireCanBeRolledBackAsync(scene);
    }

    private static async Task RequireCanBeRolledBackAsync(DrillScene scene)
    {
        var done = await scene.CommandAsync("rollback");
        Assert.True(done.ExitCode == 0, done.Error + done.Output);
        await DrillVerdict.RequireRolledBackAsync(scene);
    }

    /// <summary>Waits until a program reads the run's slot, and returns the server's process for it.</summary>
    private static async Task<string> ReaderAsync(DrillScene scene, OrchestratorProcess program)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience && !program.HasExited; await Task.Delay(50))
        {
            var pid = await scene.Pair.Source.QueryScalarAsync($"""
                SELECT pid FROM pg_stat_activity JOIN pg_replication_slots ON active_pid = pid
                WHERE database = '{scene.Pair.Source.Name}' AND application_name NOT LIKE 'orchestrator%'
                """);
            if (pid is not null) return pid;
        }

        throw new TimeoutException("the slot is not read: " + program.Error);
    }
}
