using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;

namespace Orchestrator.Workflow;

/// <summary>How a command ended.</summary>
public enum RunOutcome
{
    Done,

    /// <summary>Stopped by an error; <c>resume</c> goes on.</summary>
    Failed,

    /// <summary>Rows differ, or could not be proven equal.</summary>
    Different,

    /// <summary>The assessment found blockers; nothing was changed.</summary>
    Blocked,

    /// <summary>A gate refused the cutover or rollback, or it undid itself.</summary>
    Refused,
}

public static class RunOutcomes
{
    /// <summary>The process exit code of a command that ended so: 0 done, 1 failed, 3 different, 4 blocked, 5 refused.</summary>
    public static int ToExitCode(this RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done => 0,
        RunOutcome.Different => 3,
        RunOutcome.Blocked => 4,
        RunOutcome.Refused => 5,
        _ => 1,
    };
}

/// <summary>What one command leads to.</summary>
/// <param name="Outcome">How it ended; the exit code follows from it.</param>
/// <param name="Run">Name of the run.</param>
/// <param name="State">State the run is in now.</param>
/// <param name="Report">What was done and measured; also kept in the control store as document <c>report</c>.</param>
/// <param name="Findings">What the assessment found; empty if none was made.</param>
/// <param name="Errors">What went wrong; empty when all went well.</param>
public sealed record RunResult(
    RunOutcome Outcome, string Run, RunState State, RunReport Report,
    IReadOnlyList<Finding> Findings, IReadOnlyList<OrchestratorException> Errors);

/// <summary>Figures of a run. What was not reached is null.</summary>
public sealed record RunReport
{
    /// <summary>The side applications can write now: <c>source</c>, <c>target</c>, <c>none</c>; <c>unknown</c> if a cutover was interrupted or a fence cannot be asked.</summary>
    public string WritableSide { get; init; } = "source";

    public int? Tables { get; init; }

    /// <summary>Rows copied by the full load.</summary>
    public long? RowsCopied { get; init; }

    /// <summary>Rows the full load left out; null: none were allowed to be.</summary>
    public RejectedRows? Rejected { get; init; }

    /// <summary>Row changes applied after it.</summary>
    public long? RowsApplied { get; init; }

    public long? TransactionsApplied { get; init; }

    /// <summary>Values that became something else on the way, in all processes of the run.</summary>
    public IReadOnlyList<ConvertedValues> Converted { get; init; } = [];

    /// <summary>Wall time of the full load with indexes and constraints.</summary>
    public double? LoadMs { get; init; }

    /// <summary>Of it: from the moment the snapshot was there to the commit of the last chunk.</summary>
    public double? CopyMs { get; init; }

    /// <summary>Lag when the command ended.</summary>
    public double? LagMs { get; init; }

    /// <summary>The last validation.</summary>
    public ValidationReport? Validation { get; init; }

    /// <summary>A copy without changes is complete and its target open: what is left is to remove the run's own records.</summary>
    public bool CopyIsOpen { get; init; }

    /// <summary>Write pause predicted before the cutover.</summary>
    public double? PredictedPauseMs { get; init; }

    /// <summary>From the moment the source refused writes to the moment the target took them (or the source again).</summary>
    public double? WritePauseMs { get; init; }

    /// <summary>Steps of cutover or rollback in their order.</summary>
    public IReadOnlyList<StepReport> Steps { get; init; } = [];
}

/// <param name="Name">Name of the step.</param>
/// <param name="PredictedMs">Predicted time; null if none.</param>
/// <param name="MeasuredMs">Time it took; null if it was not reached.</param>
/// <param name="State"><c>done</c>, <c>undone</c>, <c>failed</c>, <c>not-reached</c>.</param>
public sealed record StepReport(string Name, double? PredictedMs, double? MeasuredMs, string State);
