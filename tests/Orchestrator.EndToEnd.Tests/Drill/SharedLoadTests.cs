using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Several processes copy the tables of one run; each of them may be killed or paused.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SharedLoadTests
{
    private const int Many = 200;
    private const int Some = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task X3_X14_of_three_workers_one_is_killed_and_one_sleeps_past_its_lease_no_chunk_is_lost_or_doubled()
    {
        await using var scene = await DrillScene.StartAsync("shared", new DrillOptions { Cutover = "manual", ShareLoad = true, Rate = 25 });
        await TablesAsync(scene, Many);
        var migrate = scene.Migrate();
        var hold = await scene.HoldLoadAsync("many", Many);
        var (killed, sleeper, third) = (scene.Work("load:chunk-committed#5"), scene.Work(), scene.Work());
        foreach (var worker in (OrchestratorProcess[])[killed, sleeper, third]) await scene.UntilChunksAsync(worker, n => n > 0);

        await sleeper.SignalAsync("STOP");
        await hold.DisposeAsync();
        await DrillScene.KilledAsync(killed);
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await sleeper.SignalAsync("CONT");

        foreach (var worker in (OrchestratorProcess[])[sleeper, third])
            Assert.True(await worker.WaitForExitAsync(Patience) == 0, worker.Error);
        Assert.Contains("copied", third.Output, StringComparison.Ordinal);
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X4_the_driving_process_is_killed_and_resumed_workers_go_on_with_the_new_view()
    {
        await using var scene = await DrillScene.StartAsync("sharekill", new DrillOptions { Cutover = "auto", ShareLoad = true });
        await TablesAsync(scene, Some);
        var migrate = scene.Migrate("load:table-complete#5");
        await migrate.WaitForLineAsync("phase=full-load", Patience);
        var worker = scene.Work();

        await DrillScene.KilledAsync(migrate);
        await scene.ResumeToEndAsync();

        Assert.True(await worker.WaitForExitAsync(Patience) == 0, worker.Error);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X11_worker_that_is_stopped_while_it_copies_gives_its_chunk_back()
    {
        await using var scene = await DrillScene.StartAsync("sharestop", new DrillOptions { Cutover = "auto", ShareLoad = true });
        await TablesAsync(scene, Some);
        var migrate = scene.Migrate();
        await using (await scene.HoldLoadAsync("many", Some))
        {
            var worker = scene.Work();
            await scene.UntilChunksAsync(worker, n => n > 0);

            await worker.InterruptAsync();

            Assert.Equal(130, await worker.WaitForExitAsync(Patience));
            Assert.Equal("0", await scene.Pair.Target.QueryScalarAsync($"SELECT count(*) FROM orchestrator.apply_worker WHERE name LIKE 'pid {worker.Id} on %'"));
        }

        Assert.True(await migrate.WaitForExitAsync(Patience) == 0, migrate.Error);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    private static Task TablesAsync(DrillScene scene, int tables) => scene.Pair.Source.ExecuteAsync($"""
        CREATE SCHEMA many;
        DO $$ BEGIN
            FOR i IN 1..{tables} LOOP
                EXECUTE format('CREATE TABLE many.t%s(id int PRIMARY KEY, v text); INSERT INTO many.t%s SELECT g, md5(g::text) FROM generate_series(1, 200) g', i, i);
            END LOOP;
        END $$;
        """);
}
