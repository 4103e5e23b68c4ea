using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Runs that are kept in a PostgreSQL database: who drives one is decided there (CASES X14).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class ControlDatabaseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task X14_process_paused_past_its_lease_is_replaced_and_does_no_harm_when_woken()
    {
        await using var control = await PgPair.CreateDatabasesAsync("control");
        await using var scene = await DrillScene.StartAsync("zombie", new DrillOptions { Cutover = "manual" });
        scene.ControlUrl = control.SourceUrl;
        var migrate = scene.Migrate();
        await migrate.WaitForLineAsync("phase=cdc", Patience);

        await migrate.SignalAsync("STOP");
        await scene.CutOverAsync();
        await migrate.SignalAsync("CONT");

        Assert.Equal(1, await migrate.WaitForExitAsync(Patience));
        Assert.Contains("E-LEASE-002", migrate.Error + migrate.Output, StringComparison.Ordinal);
        Assert.Equal("Complete", await control.Source.QueryScalarAsync("SELECT state FROM orchestrator_control.run"));
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Theory]
    [InlineData("cdc:committed")]
    [InlineData("cutover:after-fence-source")]
    public async Task X14_killed_process_is_replaced(string point)
    {
        await using var control = await PgPair.CreateDatabasesAsync("control");
        await using var scene = await DrillScene.StartAsync("replaced");
        scene.ControlUrl = control.SourceUrl;

        await DrillScene.KilledAsync(scene.Migrate(point));
        await scene.ResumeToEndAsync();

        await DrillVerdict.RequireCompleteAsync(scene);
    }
}
