using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Stops and starts a server under the running process (CASES X4, X10).</summary>
public sealed class RestartTests
{
    private static readonly DrillOptions Own = new() { OwnServers = true };
    private static readonly DrillOptions OwnManual = Own with { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task X10_server_crashes_while_rows_are_copied(bool source)
    {
        await using var scene = await DrillScene.StartAsync("restart", Own);
        var migrate = scene.Migrate();
        await using (await scene.HoldLoadAsync()) await Side(scene, source).RestartAsync(StopMode.Immediate);
        await EndAsync(scene, migrate);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Theory]
    [InlineData(true, StopMode.Fast)]
    [InlineData(true, StopMode.Immediate)]
    [InlineData(false, StopMode.Immediate)]
    public async Task X10_server_restarts_while_changes_are_followed(bool source, StopMode mode)
    {
        await using var scene = await DrillScene.StartAsync("restart", OwnManual);
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await Side(scene, source).RestartAsync(mode);
        await scene.Writer.WaitForCommitsAsync(20, Patience);
        await scene.CutOverAsync();
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task X10_server_restarts_inside_the_cutover(bool source)
    {
        await using var scene = await DrillScene.StartAsync("restart", Own);
        scene.WhileSwitching = () => Side(scene, source).RestartAsync(StopMode.Immediate);
        await EndAsync(scene, scene.Migrate());
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    private static PgCluster Side(DrillScene scene, bool source) => (source ? scene.Pair.Source : scene.Pair.Target).Cluster;

    /// <summary>The process gets over it by itself.</summary>
    private static async Task EndAsync(DrillScene scene, OrchestratorProcess migrate)
    {
        var exit = await migrate.WaitForExitAsync(Patience);
        Assert.True(exit == 0, $"ended with {exit}:\n{migrate.Error}\n{migrate.Output}");
        Assert.NotNull(scene.AtSwitch);
    }
}
