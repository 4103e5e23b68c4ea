using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Trouble that servers and networks make (CASES X12, X13).</summary>
public sealed class FaultTests
{
    private static readonly DrillOptions Manual = new() { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task X12_connections_cut_again_and_again_the_run_goes_on()
    {
        await using var scene = await DrillScene.StartAsync("cut", Manual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        for (var round = 0; round < 6; round++)
        {
            foreach (var side in (PgDatabase[])[scene.Pair.Source, scene.Pair.Target])
            {
                await side.ExecuteAsync($"""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '{side.Name}' AND application_name LIKE 'orchestrator%'
                    """);
            }

            await scene.Writer.WaitForCommitsAsync(20, Patience);
        }

        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X12_password_rotated_ends_with_few_tries_and_resumes_with_the_right_one()
    {
        await using var scene = await DrillScene.StartAsync("password", Manual with { OwnServers = true });
        var cluster = scene.Pair.Source.Cluster;
        await cluster.ExecuteAsync("postgres", "CREATE ROLE mover SUPERUSER LOGIN PASSWORD 'first-secret'");
        scene.SourceUrl = cluster.Url("shop", "mover", "first-secret");
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await cluster.ExecuteAsync("postgres", "ALTER ROLE mover PASSWORD 'second-secret'");
        await cluster.ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mover'");

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        Assert.Contains("28P01", migrate.Error + migrate.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", migrate.Error + migrate.Output, StringComparison.Ordinal);
        Assert.InRange((await cluster.ReadLogAsync()).Split("password authentication failed for user \"mover\"").Length - 1, 1, 10);

        await cluster.ExecuteAsync("postgres", "ALTER ROLE mover PASSWORD 'first-secret'");
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X13_lock_and_timeouts_on_the_target_only_delay()
    {
        await using var scene = await DrillScene.StartAsync("lock", Manual with { OwnServers = true });
        foreach (var cluster in (PgCluster[])[scene.Pair.Source.Cluster, scene.Pair.Target.Cluster])
            await cluster.ExecuteAsync("postgres", "ALTER ROLE postgres SET statement_timeout = '20ms'; ALTER ROLE postgres SET lock_timeout = '20ms'");
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await using (var holder = new NpgsqlConnection(scene.Pair.Target.ConnectionString))
        {
            await holder.OpenAsync();
            await using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE shop.note", holder);
            await hold.ExecuteNonQueryAsync();
            await scene.Writer.WaitForCommitsAsync(100, Patience);
        }

        await scene.CutOverAsync();
        foreach (var cluster in (PgCluster[])[scene.Pair.Source.Cluster, scene.Pair.Target.Cluster])
            await cluster.ExecuteAsync("postgres", "ALTER ROLE postgres RESET ALL");
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X13_no_connection_left_on_the_target_is_waited_for()
    {
        await using var scene = await DrillScene.StartAsync("full", Manual with { OwnServers = true });
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await scene.Probe.StopAsync();
        var taken = await TakeAllConnectionsAsync(scene.Pair.Target);
        var said = migrate.WaitForLineAsync("53300", Patience);
        while (!said.IsCompleted)
        {
            await EndToolSessionsAsync(taken[0]);
            // Its places are free for a moment: whoever comes first has them, and the tool may have got all it needs.
            taken.AddRange(await TakeAllConnectionsAsync(scene.Pair.Target));
            await Task.WhenAny(said, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        await said;
        foreach (var connection in taken) await connection.DisposeAsync();
        Assert.False(migrate.HasExited);
        await scene.CutOverAsync();
        Assert.Equal(0, await migrate.WaitForExitAsync(Patience));
        await scene.Writer.StopAsync();
        Assert.Empty(await scene.Writer.Ledger.VerifyAsync(scene.Pair.Target.ConnectionString));
        await FullCompare.RequireEqualAsync(
            scene.Pair.Source.ConnectionString, scene.Pair.Target.ConnectionString, null, SequenceRule.TargetNotBehind, scene.AtSwitch!.Name);
    }

    private static async Task<List<NpgsqlConnection>> TakeAllConnectionsAsync(PgDatabase database)
    {
        var taken = new List<NpgsqlConnection>();
        while (true)
        {
            var connection = new NpgsqlConnection(database.ConnectionString);
            try
            {
                await connection.OpenAsync();
                taken.Add(connection);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                return taken;
            }
        }
    }

    private static async Task EndToolSessionsAsync(NpgsqlConnection connection)
    {
        await using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name LIKE 'orchestrator%'", connection);
        await end.ExecuteNonQueryAsync();
    }
}
