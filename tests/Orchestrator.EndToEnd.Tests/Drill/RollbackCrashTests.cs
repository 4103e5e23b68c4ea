using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Kills the process while it takes everything back (CASES X9).</summary>
public sealed class RollbackCrashTests
{
    private static readonly DrillOptions Manual = new() { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [MemberData(nameof(CrashPoints.Rollback), MemberType = typeof(CrashPoints))]
    public async Task X9_killed_while_rolling_back_resume_finishes(string point)
    {
        await using var scene = await DrillScene.StartAsync("rollback", Manual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await migrate.KillAsync();
        await DrillScene.KilledAsync(scene.Start(["rollback"], point.TrimEnd()));
        await scene.ResumeToEndAsync();
        await DrillVerdict.RequireRolledBackAsync(scene);
    }

    [Theory]
    [InlineData("schema:after-pre-data")]
    [InlineData("load:slot-created")]
    [InlineData("load:chunk-committed#2")]
    [InlineData("cutover:after-enable-triggers")]
    public async Task X9_rollback_after_a_kill_leaves_nothing(string point)
    {
        await using var scene = await DrillScene.StartAsync("rollback", Manual with { Cutover = "auto" });
        await DrillScene.KilledAsync(scene.Migrate(point));
        var result = await scene.CommandAsync("rollback");
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        await DrillVerdict.RequireRolledBackAsync(scene);
    }

    [Fact]
    public async Task X9_driver_killed_while_rolling_back_for_another_process_that_one_goes_on()
    {
        await using var scene = await DrillScene.StartAsync("rollback", Manual);
        var migrate = scene.Migrate("rollback:capture-dropped");
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        var result = await scene.CommandAsync("rollback");
        await DrillScene.KilledAsync(migrate);
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        await DrillVerdict.RequireRolledBackAsync(scene);
    }
}
