using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>What would go wrong with Debezium is said before anything is created.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class DebeziumAssessmentTests
{
    [Fact]
    public async Task PP3_PP7_Values_that_Debezium_loses_are_refused_by_column()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_lossy", """
            CREATE DOMAIN zoned AS timetz;
            CREATE TABLE t(id int PRIMARY KEY, grid int[], flat int[], day date, sound date, at zoned);
            INSERT INTO t VALUES (1, '{{1,2},{3,4}}', '{1,2}', 'infinity', '2024-01-01', '12:00+02');
            """);

        var blockers = await scene.Run.BlockersAsync();

        Assert.Equal(["public.t.at", "public.t.day", "public.t.grid"], blockers.Where(b => b.StartsWith("F-DBZ-003", StringComparison.Ordinal)).Select(b => b.Split(' ')[1]).Order(StringComparer.Ordinal));
        await AssertUntouchedAsync(scene);
    }

    [Fact]
    public async Task X11_Connect_that_cannot_be_reached_is_said_before_anything_is_created()
    {
        await using var scene = await DebeziumScene.OpenAsync("dbz_no_connect", "CREATE TABLE t(id int PRIMARY KEY)");
        await scene.Connect.StopAsync();

        var blockers = await scene.Run.BlockersAsync();

        Assert.StartsWith("F-DBZ-001 Kafka Connect E-DBZ-030", Assert.Single(blockers), StringComparison.Ordinal);
        await AssertUntouchedAsync(scene);
    }

    private static async Task AssertUntouchedAsync(DebeziumScene scene)
    {
        Assert.Empty(scene.Connect.Connectors);
        Assert.Equal("0", await scene.Run.Source.QueryScalarAsync("SELECT count(*)::text FROM pg_replication_slots WHERE database = current_database()"));
        Assert.Equal("0", await scene.Run.Target.QueryScalarAsync("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'orchestrator'"));
    }
}
