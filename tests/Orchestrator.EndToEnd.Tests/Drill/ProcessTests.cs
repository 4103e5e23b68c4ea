using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>One process too many, one that stops, one that sleeps too long (CASES X8, X14, V6).</summary>
public sealed class ProcessTests
{
    private static readonly DrillOptions Manual = new() { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task X14_second_process_is_refused_and_two_cutovers_are_one()
    {
        await using var scene = await DrillScene.StartAsync("two", Manual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);

        var second = await scene.CommandAsync("resume");
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("E-LEASE-001", second.Error + second.Output, StringComparison.Ordinal);
        Assert.Contains($"pid {migrate.Id}", second.Error + second.Output, StringComparison.Ordinal);

        await Task.WhenAll(scene.CutOverAsync(), scene.CutOverAsync());
        Assert.Equal(0, await migrate.WaitForExitAsync(Patience));
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task Interrupt_while_loading_and_while_following_ends_cleanly_and_resumes()
    {
        await using var scene = await DrillScene.StartAsync("stop", Manual);
        var migrate = scene.Migrate();
        await using (await scene.HoldLoadAsync())
        {
            await migrate.InterruptAsync();
            Assert.Equal(130, await migrate.WaitForExitAsync(Patience));
        }

        var resumed = scene.Start(["resume"]);
        await resumed.WaitForLineAsync("phase=cdc", Patience);
        await resumed.InterruptAsync();
        Assert.Equal(130, await resumed.WaitForExitAsync(Patience));
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task V6_cutover_after_one_that_was_taken_back_gives_the_same_guarantees()
    {
        await using var scene = await DrillScene.StartAsync("again", Manual with { FirstSwitchFails = true });
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        var first = await scene.CommandAsync("cutover");
        Assert.Equal(5, first.ExitCode);
        await SideProbe.UntilWritableAsync(() => scene.Probe.SourceWrites, Patience);
        await scene.Writer.WaitForCommitsAsync(10, Patience);
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }
}

/// <summary>The source opens by itself when the process that closed it does not go on (CASES X8).</summary>
public sealed class LeaseTests
{
    /// <summary>The lease is 30 s; on a loaded machine something comes on top.</summary>
    private static readonly TimeSpan LeaseOver = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task X8_nobody_resumes_the_source_is_writable_after_the_lease()
    {
        await using var scene = await DrillScene.StartAsync("lease");
        await DrillScene.KilledAsync(scene.Migrate("cutover:after-sequences"));
        await SideProbe.UntilWritableAsync(() => scene.Probe.SourceWrites, LeaseOver);
        await scene.ResumeToEndAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task X8_process_that_slept_through_its_lease_does_not_complete()
    {
        await using var scene = await DrillScene.StartAsync("zombie");
        var (slept, before, after) = (false, 0L, 0L);
        OrchestratorProcess? migrate = null;
        scene.WhileSwitching = async () =>
        {
            if (slept) return;
            slept = true;
            before = scene.Probe.TargetWrites;
            await migrate!.SignalAsync("STOP");
            await SideProbe.UntilWritableAsync(() => scene.Probe.SourceWrites, LeaseOver);
            after = scene.Probe.TargetWrites;
            await migrate.SignalAsync("CONT");
        };
        migrate = scene.Migrate();
        var exit = await migrate.WaitForExitAsync(Patience);
        Assert.True(exit == 0, migrate.Error + migrate.Output);
        Assert.Contains("cutover undone", migrate.Error, StringComparison.Ordinal);
        Assert.Equal(before, after);
        await DrillVerdict.RequireCompleteAsync(scene);
    }
}
