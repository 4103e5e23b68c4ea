using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Core.Tests.Cutover;

/// <summary>What the journal tells of a cutover whose process is gone.</summary>
public sealed class CutoverAttemptTests
{
    [Theory]
    [InlineData(null, "begin gates", "done gates")]
    [InlineData("unknown", "begin gates", "done gates", "begin fence-source")]
    [InlineData("unknown", "begin fence-source", "done fence-source", "begin make-permanent")]
    [InlineData("none", "begin fence-source", "done fence-source", "begin make-permanent", "done make-permanent", "begin open-target")]
    [InlineData("target", "begin fence-source", "done make-permanent", "begin open-target", "done open-target", "begin stragglers")]
    [InlineData(null, "begin fence-source", "done fence-source", "begin marker", "undone marker", "undone fence-source")]
    public void Writable_side_is_what_the_lines_prove(string? side, params string[] lines) => Assert.Equal(side, Read(lines).WritableSide);

    [Fact]
    public void Pause_is_that_of_the_last_attempt_over_a_kill_and_a_resume()
    {
        var attempt = Read(
            "begin gates", "begin fence-source", "undone fence-source", "undone gates",
            "begin gates", "begin fence-source", "done make-permanent", "begin open-target", "begin open-target", "done open-target");

        Assert.Equal(TimeSpan.FromSeconds(4), attempt.Pause);
        Assert.Null(Read("begin gates", "begin fence-source").Pause);
    }

    /// <summary>One line a second.</summary>
    private static CutoverAttempt Read(params string[] lines) => CutoverAttempt.Read(lines.Select((line, i) => line.Split(' ') switch
    {
        var words => new JournalEntry(i, DateTimeOffset.UnixEpoch.AddSeconds(i), "step-" + words[0], "cutover/" + words[1], ""),
    }));
}
