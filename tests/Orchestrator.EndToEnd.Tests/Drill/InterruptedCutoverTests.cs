using System.Text.Json;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>What is told about a cutover whose process was killed, and what the next command makes of it.</summary>
public sealed class InterruptedCutoverTests
{
    [Fact]
    public async Task Past_the_point_of_no_return_no_side_is_called_writable_and_a_comparison_comes_too_late()
    {
        await using var scene = await DrillScene.StartAsync("past");
        await DrillScene.KilledAsync(scene.Migrate("cutover:before-open-target"));

        Assert.Equal("none", (await ReportAsync(scene)).GetProperty("writable_side").GetString());
        Assert.Contains("WRITES PAUSED past the point of no return", (await scene.CommandAsync("status")).Output, StringComparison.Ordinal);

        var validate = await scene.CommandAsync("validate");
        Assert.Equal(5, validate.ExitCode);
        Assert.Contains("E-RUN-009", validate.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SAFE source", validate.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("source untouched", validate.Error, StringComparison.Ordinal);
        var report = await ReportAsync(scene);
        Assert.Equal("target", report.GetProperty("writable_side").GetString());
        Assert.True(report.GetProperty("write_pause_ms").GetDouble() > 0);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    [Fact]
    public async Task Before_it_cutover_takes_the_old_one_back_and_makes_its_own()
    {
        await using var scene = await DrillScene.StartAsync("before");
        await DrillScene.KilledAsync(scene.Migrate("cutover:after-sequences"));

        Assert.Equal("unknown", (await ReportAsync(scene)).GetProperty("writable_side").GetString());

        await scene.CutOverAsync();
        Assert.True((await ReportAsync(scene)).GetProperty("rows_applied").GetInt64() > 0);
        await DrillVerdict.RequireCompleteAsync(scene);
    }

    private static async Task<JsonElement> ReportAsync(DrillScene scene)
    {
        using var document = JsonDocument.Parse((await scene.CommandAsync("report", "--json")).Output);
        return document.RootElement.GetProperty("result").GetProperty("report").Clone();
    }
}
