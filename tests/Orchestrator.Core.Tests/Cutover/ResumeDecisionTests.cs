using Orchestrator.Core.Cutover;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Core.Tests.Cutover;

/// <summary>CASES X8: a process killed anywhere in a cutover; the journal and the fences decide what resume does.</summary>
public sealed class ResumeDecisionTests
{
    private static readonly string[] Steps = [.. CutoverSteps.All.Select(s => s.Name)];
    private static readonly int NoReturn = Array.IndexOf(Steps, CutoverSteps.NoReturn);

    public static TheoryData<int, bool> EveryKillPoint()
    {
        var data = new TheoryData<int, bool>();
        for (var i = 0; i < Steps.Length; i++)
        {
            data.Add(i, false);
            data.Add(i, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryKillPoint))]
    public void X8_kill_at_every_step_goes_one_way_only(int step, bool done)
    {
        // The process died after step's begin line, or after its done line; the fences are as the steps before left them.
        var journal = Journal(Steps[..step].SelectMany(s => new[] { ("step-begin", s), ("step-done", s) })
            .Append(("step-begin", Steps[step]))
            .Concat(done ? [("step-done", Steps[step])] : []));
        var attempt = CutoverAttempt.Read(journal);
        var last = step == Steps.Length - 1 && done;

        var fences = step switch
        {
            0 => [(FenceState.Open, FenceState.Closed)],
            _ when step < NoReturn => [(FenceState.Leased, FenceState.Closed), (FenceState.Open, FenceState.Closed)],
            _ when step == NoReturn && !done => [(FenceState.Leased, FenceState.Closed), (FenceState.Open, FenceState.Closed), (FenceState.Closed, FenceState.Closed)],
            _ => new[] { (FenceState.Closed, FenceState.Closed), (FenceState.Closed, FenceState.Open) },
        };
        foreach (var (source, target) in fences)
        {
            var expected = last ? ResumeDecision.Complete
                : source == FenceState.Closed ? ResumeDecision.Forward
                : step == 0 ? ResumeDecision.Nothing
                : ResumeDecision.Undo;
            Assert.Equal(expected, ResumeDecisions.Decide(attempt, source, target));
        }
    }

    [Theory]
    [InlineData(FenceState.Open, FenceState.Closed, ResumeDecision.Nothing)]
    [InlineData(FenceState.Open, FenceState.Open, ResumeDecision.Nothing)]
    [InlineData(FenceState.Leased, FenceState.Closed, ResumeDecision.Undo)]
    [InlineData(FenceState.Closed, FenceState.Closed, ResumeDecision.Undo)]
    [InlineData(FenceState.Closed, FenceState.Open, ResumeDecision.Nothing)]
    public void X8_without_an_open_attempt_only_a_forgotten_fence_is_lifted(FenceState source, FenceState target, ResumeDecision expected)
    {
        Assert.Equal(expected, ResumeDecisions.Decide(CutoverAttempt.Read([]), source, target));
        var undone = Journal([("step-begin", "gates"), ("step-begin", "fence-source"), ("step-done", "fence-source"), ("step-undone", "fence-source")]);
        Assert.Equal(expected, ResumeDecisions.Decide(CutoverAttempt.Read(undone), source, target));
    }

    [Theory]
    [InlineData(FenceState.Open, FenceState.Open, ResumeDecision.Forward)]
    [InlineData(FenceState.Open, FenceState.Closed, ResumeDecision.Undo)]
    public void X8_permanent_fence_that_is_gone_is_undone_only_if_the_target_took_no_writes(FenceState source, FenceState target, ResumeDecision expected)
    {
        var journal = Journal(Steps[..(NoReturn + 1)].SelectMany(s => new[] { ("step-begin", s), ("step-done", s) }));
        Assert.Equal(expected, ResumeDecisions.Decide(CutoverAttempt.Read(journal), source, target));
    }

    [Fact]
    public void X8_target_opened_by_hand_before_the_point_of_no_return_is_undone()
    {
        var journal = Journal([("step-begin", "gates"), ("step-done", "gates"), ("step-begin", "fence-source")]);
        Assert.Equal(ResumeDecision.Undo, ResumeDecisions.Decide(CutoverAttempt.Read(journal), FenceState.Leased, FenceState.Open));
    }

    [Fact]
    public void X8_kill_inside_the_undo_leaves_the_rest_to_undo()
    {
        var journal = Journal(
        [
            ("step-begin", "gates"), ("step-done", "gates"), ("step-begin", "fence-source"), ("step-done", "fence-source"),
            ("step-begin", "marker"), ("step-undone", "marker"),
        ]);
        var attempt = CutoverAttempt.Read(journal);
        Assert.Equal(["gates", "fence-source"], attempt.Open);
        Assert.Equal(ResumeDecision.Undo, ResumeDecisions.Decide(attempt, FenceState.Leased, FenceState.Closed));
    }

    [Fact]
    public void V6_second_attempt_forgets_the_first_but_not_what_it_could_not_undo()
    {
        var journal = Journal(
        [
            ("step-begin", "gates"), ("step-done", "gates"), ("step-begin", "fence-source"), ("step-done", "fence-source"),
            ("step-begin", "marker"), ("step-done", "marker"), ("step-undone", "marker"),
            ("step-begin", "gates"), ("step-done", "gates"),
        ]);
        var attempt = CutoverAttempt.Read(journal);
        Assert.Equal(["fence-source", "gates"], attempt.Open);
        Assert.Equal(["gates"], attempt.Done);
        Assert.Null(attempt.Marker);
    }

    [Fact]
    public void Lines_of_other_parts_are_not_the_cutovers()
    {
        var journal = new[] { new JournalEntry(1, default, "step-begin", "rollback/fence-source", ""), new JournalEntry(2, default, "transition", "Cdc", "") };
        Assert.True(CutoverAttempt.Read(journal).IsOver);
    }

    private static IEnumerable<JournalEntry> Journal(IEnumerable<(string Kind, string Step)> lines) =>
        lines.Select((l, i) => new JournalEntry(i, default, l.Kind, "cutover/" + l.Step, l.Step == "marker" ? "0/10" : ""));
}
