using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>What several people ask of one run.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RequestTests
{
    [Fact]
    public async Task Rollback_comes_before_a_cutover_that_waits_for_the_lag()
    {
        await using var scene = await MigrationScene.OpenAsync("supersede", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);");
        scene.Options = o => o with { MaxLag = TimeSpan.FromSeconds(-1) };
        await scene.StartAsync();
        await scene.UntilStateAsync(RunState.Cdc);
        var cutover = scene.TryAskAsync(RunRequest.Cutover);
        // Long enough for the run to have it as what is asked for.
        await Task.Delay(TimeSpan.FromSeconds(1));

        await scene.AskAsync(RunRequest.Rollback);

        Assert.Equal((5, "The cutover was not begun: somebody asked for a rollback."), await cutover);
        Assert.Equal(RunState.RolledBack, (await scene.EndAsync()).State);
    }
}
