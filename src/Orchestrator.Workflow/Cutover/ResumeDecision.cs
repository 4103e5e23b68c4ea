using Orchestrator.Core.Cutover;

namespace Orchestrator.Workflow.Cutover;

public enum ResumeDecision
{
    /// <summary>No cutover was under way.</summary>
    Nothing,

    /// <summary>Every step is journaled as done.</summary>
    Complete,

    /// <summary>The target may have taken writes, or is about to: go on from the point of no return.</summary>
    Forward,

    /// <summary>Only the source can have taken writes: take everything back.</summary>
    Undo,
}

/// <summary>
/// What to do with a cutover whose process died, as one table. The fences decide; the journal says what there is to undo.
/// </summary>
public static class ResumeDecisions
{
    public static ResumeDecision Decide(CutoverAttempt attempt, FenceState source, FenceState target)
    {
        if (attempt.IsComplete) return ResumeDecision.Complete;
        var noReturnDone = attempt.Done.Contains(CutoverSteps.NoReturn);
        return (attempt.IsOver, source, target) switch
        {
            // A fence without an attempt: left by an undo whose last line was not written. A closed target cannot have taken writes.
            (true, not FenceState.Open, FenceState.Closed) => ResumeDecision.Undo,
            (true, FenceState.Leased, _) => ResumeDecision.Undo,
            (true, _, _) => ResumeDecision.Nothing,
            (false, FenceState.Closed, _) => ResumeDecision.Forward,
            // Somebody took our permanent fence away after the target opened: both took writes; stragglers will be listed.
            (false, _, FenceState.Open) when noReturnDone => ResumeDecision.Forward,
            (false, _, _) => ResumeDecision.Undo,
        };
    }
}
