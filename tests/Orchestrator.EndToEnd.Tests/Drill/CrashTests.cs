using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Kills the process while rows are copied; resume must finish the run (CASES X1-X5).</summary>
public sealed class LoadCrashTests
{
    [Theory]
    [MemberData(nameof(CrashPoints.Load), MemberType = typeof(CrashPoints))]
    public Task X1_to_X5_killed_while_loading_resume_finishes(string point) => Killed.ResumeCompletesAsync("load", point);
}

/// <summary>Kills the process while changes are followed and compared (CASES X6).</summary>
public sealed class ChangesCrashTests
{
    [Theory]
    [MemberData(nameof(CrashPoints.Changes), MemberType = typeof(CrashPoints))]
    public Task X6_killed_while_following_resume_finishes(string point) => Killed.ResumeCompletesAsync("changes", point);
}

/// <summary>Kills the process inside the cutover and inside its undo (CASES X8).</summary>
public sealed class CutoverCrashTests
{
    [Theory]
    [MemberData(nameof(CrashPoints.Cutover), MemberType = typeof(CrashPoints))]
    public Task X8_killed_in_the_cutover_resume_finishes(string point) => Killed.ResumeCompletesAsync("cutover", point);

    [Theory]
    [MemberData(nameof(CrashPoints.Undo), MemberType = typeof(CrashPoints))]
    public Task X8_killed_while_undoing_resume_finishes(string point) =>
        Killed.ResumeCompletesAsync("undo", point, new DrillOptions { FirstSwitchFails = true });
}

/// <summary>Kills the process at every stage of a run whose changes come by way of Kafka.</summary>
public sealed class KafkaCrashTests
{
    [Theory]
    [MemberData(nameof(CrashPoints.Kafka), MemberType = typeof(CrashPoints))]
    public Task X1_to_X8_killed_with_changes_from_kafka_resume_finishes(string point) =>
        Killed.ResumeCompletesAsync("kafka", point, new DrillOptions { ByKafka = true });
}

internal static class Killed
{
    /// <summary>Kill at the point, resume until the end, look at both databases.</summary>
    public static async Task ResumeCompletesAsync(string name, string point, DrillOptions? options = null)
    {
        await using var scene = await DrillScene.StartAsync(name, options);
        await DrillScene.KilledAsync(scene.Migrate(point.TrimEnd()));
        await scene.ResumeToEndAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
        Assert.Empty(scene.Kafka?.Connect.Connectors ?? []);
    }
}
