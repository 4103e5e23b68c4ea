using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Core.Tests.Runs;

public sealed class ProgressBoardTests : IProgress<RunProgress>
{
    private readonly ProgressBoard _board;
    private RunProgress _seen = null!;

    public ProgressBoardTests() => _board = new ProgressBoard(
        new MigrationOptions { SourceUrl = "postgresql://a@b/c", TargetUrl = "postgresql://a@d/c" }, "b/c", "d/c", this, TimeProvider.System);

    void IProgress<RunProgress>.Report(RunProgress value) => _seen = value;

    [Fact]
    public void Safety_line_says_that_writes_are_paused_and_when_they_are_not()
    {
        Assert.Equal("source untouched and writable", Seen("assessment").Safety);
        _board.ShowWritable("none", TimeSpan.FromSeconds(30));
        Assert.Matches("^WRITES PAUSED since [0-9.]+ s, limit 30 s$", Seen("cutover").Safety);
        _board.ShowWritable("none");
        Assert.Matches("^WRITES PAUSED since [0-9.]+ s, past the point of no return$", Seen("cutover").Safety);
        _board.ShowWritable("target");
        Assert.StartsWith("target writable", Seen("cutover").Safety, StringComparison.Ordinal);
        _board.ShowWritable("source");
        Assert.Equal("both loaded, source writable", Seen("catch-up").Safety);
        _board.ShowWritable("unknown");
        Assert.StartsWith("WRITES PAUSED, perhaps", Seen("cutover").Safety, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_shows_how_far_it_is_and_a_new_one_begins_at_nothing()
    {
        Assert.Null(Seen("cdc").Percent);
        _board.Enter("validation");
        _board.Validation = new ValidationProgress(1, 2, 500, 40, 100, new("public", "a"));
        Assert.Equal(40, SeenAgain().Percent);

        _board.Enter("cdc");
        Assert.Equal((null, null), (_seen.BytesDone, _seen.BytesPlanned));
        Assert.Null(Seen("validation").BytesPlanned);
    }

    /// <summary>As the reporter does every second.</summary>
    private RunProgress SeenAgain()
    {
        using var stop = new CancellationTokenSource();
        var reporting = _board.RunAsync(stop.Token);
        stop.Cancel();
        reporting.GetAwaiter().GetResult();
        return _seen;
    }

    private RunProgress Seen(string phase)
    {
        _board.Enter(phase);
        return _seen;
    }
}
