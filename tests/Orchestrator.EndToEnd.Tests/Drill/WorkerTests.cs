using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Several processes apply the changes of one run, while an application writes; each of them may be killed or paused.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class WorkerTests
{
    private const int Parts = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // These take minutes where a lease has to run out, and the mock broker keeps no more than 5 MB of a partition.
    private static readonly DrillOptions Shared = new() { ByKafka = true, Cutover = "manual", ApplyParts = Parts, Rate = 25 };

    [Theory]
    [MemberData(nameof(CrashPoints.Worker), MemberType = typeof(CrashPoints))]
    public async Task X11_three_workers_one_killed_in_a_step_nothing_is_lost_or_doubled(string point)
    {
        await using var scene = await DrillScene.StartAsync("workers", Shared);
        await FollowingAsync(scene);
        var (first, killed, third) = (scene.Work(), scene.Work(point.TrimEnd()), scene.Work());
        await scene.UntilPartsAsync(first, n => n > 0);
        await scene.UntilPartsAsync(third, n => n > 0);

        await DrillScene.KilledAsync(killed);
        await scene.UntilPartsAsync(first, n => n == Parts / 3);
        Assert.Equal("0", await scene.Pair.Target.QueryScalarAsync("SELECT drift FROM orchestrator.checkpoint"));
        await scene.CutOverAsync();

        await EndedAsync(first);
        await EndedAsync(third);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X14_worker_paused_past_its_lease_is_replaced_and_does_no_harm_when_woken()
    {
        await using var scene = await DrillScene.StartAsync("sleeper", Shared);
        await FollowingAsync(scene);
        var (paused, other) = (scene.Work(), scene.Work());
        await scene.UntilPartsAsync(paused, n => n > 0);
        await scene.UntilPartsAsync(other, n => n == Parts / 3);

        await paused.SignalAsync("STOP");
        await scene.UntilPartsAsync(other, n => n == Parts / 2);
        await paused.SignalAsync("CONT");
        await scene.UntilPartsAsync(paused, n => n == Parts / 3);
        await scene.CutOverAsync();

        await EndedAsync(paused);
        await EndedAsync(other);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Theory]
    [MemberData(nameof(CrashPoints.SharingDriver), MemberType = typeof(CrashPoints))]
    public async Task X6_driving_process_killed_in_a_step_resume_finishes_it(string point)
    {
        await using var scene = await DrillScene.StartAsync("stepkill", Shared with { Cutover = "auto" });
        var migrate = scene.Migrate(point.TrimEnd());
        await migrate.WaitForLineAsync("phase=full-load", Patience);
        var worker = scene.Work();

        await DrillScene.KilledAsync(migrate);
        await scene.ResumeToEndAsync();

        await EndedAsync(worker);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X11_worker_that_comes_late_gets_parts_and_gives_them_back_when_it_is_stopped()
    {
        await using var scene = await DrillScene.StartAsync("late", Shared);
        await FollowingAsync(scene);
        await scene.Writer.WaitForCommitsAsync(50, Patience);
        var late = scene.Work();
        await late.WaitForLineAsync("apply parts held", Patience);

        await late.InterruptAsync();

        Assert.Equal(130, await late.WaitForExitAsync(Patience));
        Assert.Contains("apply parts given back", late.Error, StringComparison.Ordinal);
        Assert.Equal("0", await scene.Pair.Target.QueryScalarAsync($"SELECT count(*) FROM orchestrator.apply_worker WHERE name LIKE 'pid {late.Id} on %'"));
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X11_worker_ends_with_a_run_that_is_rolled_back()
    {
        await using var scene = await DrillScene.StartAsync("workroll", Shared);
        await FollowingAsync(scene);
        var worker = scene.Work();
        await scene.UntilPartsAsync(worker, n => n > 0);

        Assert.Equal(0, (await scene.CommandAsync("rollback")).ExitCode);

        await EndedAsync(worker);
        await DrillVerdict.RequireRolledBackAsync(scene);
    }

    [Fact]
    public async Task X11_worker_of_a_run_without_parts_is_refused()
    {
        await using var scene = await DrillScene.StartAsync("noparts", Shared with { ApplyParts = 0 });
        await FollowingAsync(scene);

        var refused = await scene.CommandAsync("worker");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("E-RUN-013", refused.Error, StringComparison.Ordinal);
    }

    private static async Task FollowingAsync(DrillScene scene) => await scene.Migrate().WaitForLineAsync("phase=cdc", Patience);

    private static async Task EndedAsync(OrchestratorProcess worker)
    {
        var exit = await worker.WaitForExitAsync(Patience);
        Assert.True(exit == 0, $"the worker ended with {exit}:\n{worker.Error}\n{worker.Output}");
    }
}
