using Orchestrator.EndToEnd.Tests.Drill;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql.Drill;

/// <summary>Kills the process at named points of a migration from MariaDB; resume must finish the run (CASES X1-X8).</summary>
[Trait("Needs", "MySql")]
public sealed class MySqlCrashTests
{
    [Theory]
    [MemberData(nameof(CrashPoints.MariaLoad), MemberType = typeof(CrashPoints))]
    public Task X1_to_X5_killed_while_loading_resume_finishes(string point) => ResumeCompletesAsync("m_load", point);

    [Theory]
    [MemberData(nameof(CrashPoints.MariaChanges), MemberType = typeof(CrashPoints))]
    public Task X6_killed_while_following_resume_finishes(string point) => ResumeCompletesAsync("m_changes", point);

    [Theory]
    [MemberData(nameof(CrashPoints.MariaCutover), MemberType = typeof(CrashPoints))]
    public Task X8_killed_in_the_cutover_resume_finishes(string point) => ResumeCompletesAsync("m_cutover", point);

    [Fact]
    public async Task V2_X8_a_write_that_reaches_the_source_after_the_switch_is_listed_and_not_applied()
    {
        await using var scene = await MySqlDrillScene.StartAsync("m_late");
        await MySqlDrillScene.KilledAsync(scene.Migrate("cutover:after-open-target"));
        // The kit's account may write in spite of read_only, as an administrator may; super_read_only somebody takes away first.
        var opening = scene.Pair.Source.Server.Product.IsMariaDb ? "" : "SET GLOBAL super_read_only = 0; ";
        await scene.Pair.Source.ExecuteAsync(opening + $"INSERT INTO app_ledger VALUES ({MySqlWriter.OnTarget * 2})");

        var said = await scene.ResumeToEndAsync();

        Assert.Contains("a write reached the source after the switch and is not on the target: insert", said, StringComparison.Ordinal);
        Assert.Equal("0", await scene.Pair.Target.QueryScalarAsync($"SELECT count(*) FROM \"{scene.Pair.Source.Name}\".app_ledger WHERE id = {MySqlWriter.OnTarget * 2}"));
        await scene.Pair.Source.ExecuteAsync($"DELETE FROM app_ledger WHERE id = {MySqlWriter.OnTarget * 2}");
        await scene.RequireCompleteAsync();
    }

    [Theory]
    [MemberData(nameof(CrashPoints.MariaKafka), MemberType = typeof(CrashPoints))]
    public Task X1_to_X8_killed_with_changes_by_way_of_kafka_resume_finishes(string point) => ResumeCompletesAsync("m_kafka", point, byKafka: true);

    private static async Task ResumeCompletesAsync(string name, string point, bool byKafka = false)
    {
        await using var scene = await MySqlDrillScene.StartAsync(name, byKafka);
        await MySqlDrillScene.KilledAsync(scene.Migrate(point.TrimEnd()));
        await scene.ResumeToEndAsync();
        await scene.RequireCompleteAsync();
    }
}
