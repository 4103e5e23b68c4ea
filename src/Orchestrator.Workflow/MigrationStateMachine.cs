using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow;

/// <summary>What a phase reports; together with the state it decides the next state.</summary>
public enum MigrationTrigger
{
    /// <summary>Assessment found no blocker.</summary>
    Assessed,

    /// <summary>Assessment found blockers.</summary>
    Blocked,

    /// <summary>Rows, indexes and constraints are there; changes follow.</summary>
    Loaded,

    /// <summary>Rows are there and no changes follow (parallel-batch).</summary>
    Copied,

    /// <summary>Both sides are to be compared.</summary>
    ValidationDue,

    /// <summary>The comparison ended, whatever it found; what it found is a gate of the cutover.</summary>
    Compared,

    /// <summary>Nothing is left to do for a run that follows no changes.</summary>
    Finished,

    /// <summary>Somebody, or auto mode, wants to switch over.</summary>
    CutoverDue,

    /// <summary>The target takes the writes.</summary>
    SwitchedOver,

    /// <summary>A gate refused, or the cutover undid itself: the source takes the writes as before.</summary>
    TakenBack,

    /// <summary>Somebody wants everything removed.</summary>
    RollbackDue,

    /// <summary>Everything the run created is gone.</summary>
    Removed,

    /// <summary>An error that could not be retried.</summary>
    Error,
}

/// <summary>The whole state machine as one table; it only decides. <c>docs/state-machine.md</c> is printed from it.</summary>
public static class MigrationStateMachine
{
    public static IReadOnlyList<(RunState State, MigrationTrigger Trigger, RunState Next)> Transitions { get; } =
    [
        (RunState.Assessment, MigrationTrigger.Assessed, RunState.FullLoad),
        (RunState.Assessment, MigrationTrigger.Blocked, RunState.Aborted),
        (RunState.Assessment, MigrationTrigger.RollbackDue, RunState.Aborted),
        (RunState.FullLoad, MigrationTrigger.Loaded, RunState.Cdc),
        (RunState.FullLoad, MigrationTrigger.Copied, RunState.Validation),
        (RunState.FullLoad, MigrationTrigger.Finished, RunState.Complete),
        (RunState.FullLoad, MigrationTrigger.RollbackDue, RunState.Rollback),
        (RunState.Cdc, MigrationTrigger.ValidationDue, RunState.Validation),
        (RunState.Cdc, MigrationTrigger.CutoverDue, RunState.Cutover),
        (RunState.Cdc, MigrationTrigger.RollbackDue, RunState.Rollback),
        (RunState.Validation, MigrationTrigger.Compared, RunState.Cdc),
        (RunState.Validation, MigrationTrigger.Finished, RunState.Complete),
        (RunState.Validation, MigrationTrigger.RollbackDue, RunState.Rollback),
        (RunState.Cutover, MigrationTrigger.SwitchedOver, RunState.Complete),
        (RunState.Cutover, MigrationTrigger.TakenBack, RunState.Cdc),
        (RunState.Rollback, MigrationTrigger.Removed, RunState.RolledBack),
        (RunState.Assessment, MigrationTrigger.Error, RunState.Failed),
        (RunState.FullLoad, MigrationTrigger.Error, RunState.Failed),
        (RunState.Cdc, MigrationTrigger.Error, RunState.Failed),
        (RunState.Validation, MigrationTrigger.Error, RunState.Failed),
        (RunState.Cutover, MigrationTrigger.Error, RunState.Failed),
        (RunState.Rollback, MigrationTrigger.Error, RunState.Failed),
    ];

    /// <summary>Nothing more happens in these.</summary>
    public static bool IsFinal(RunState state) => state is RunState.Complete or RunState.RolledBack or RunState.Aborted;

    /// <exception cref="OrchestratorException">Bug <c>E-BUG-003</c>: the table has no such row.</exception>
    public static RunState Next(RunState state, MigrationTrigger trigger)
    {
        foreach (var row in Transitions)
        {
            if (row.State == state && row.Trigger == trigger) return row.Next;
        }

        throw new OrchestratorException(ErrorKind.Bug, "E-BUG-003", $"{trigger} is not allowed in state {state}.");
    }

    /// <summary>The table as a Mermaid state diagram.</summary>
    public static string ToMermaid()
    {
        var text = new StringBuilder("stateDiagram-v2\n    [*] --> Assessment\n");
        foreach (var (state, trigger, next) in Transitions) text.Append($"    {state} --> {next} : {trigger}\n");
        foreach (var final in Enum.GetValues<RunState>().Where(IsFinal)) text.Append($"    {final} --> [*]\n");
        return text.ToString();
    }
}
