using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>Answers of the commands that drive a run, and what can follow them.</summary>
internal static class RunAnswers
{
    public static Answer Of(RunResult result, CommandCall call) => new()
    {
        ExitCode = ExitCode.Of(result.Outcome),
        Run = result.Run,
        State = result.State,
        Result = result.Report,
        Text = Words.Of(result),
        Findings = result.Findings,
        Errors = [.. result.Errors.Select(ErrorLine.Of)],
        Next = Next(result.Outcome, result.State, result.Run, call),
    };

    public static IReadOnlyList<string> Next(RunOutcome outcome, RunState state, string run, CommandCall call) => outcome switch
    {
        RunOutcome.Blocked => [call.Command("migrate") + " (after the blockers are resolved)"],
        RunOutcome.Failed => [call.Command("resume", run), call.Command("rollback", run)],
        RunOutcome.Different => [call.Command("validate", run), call.Command("resume", run)],
        RunOutcome.Refused when state is not (RunState.Complete or RunState.RolledBack or RunState.Aborted) => [call.Command("cutover", run), call.Command("rollback", run)],
        _ => AfterDone(state, run, call),
    };

    /// <summary>What can follow for a run that was left in a state by a process that is gone.</summary>
    public static IReadOnlyList<string> AfterDone(RunState state, string run, CommandCall call) => state switch
    {
        RunState.Complete => [call.Command("report", run)],
        RunState.RolledBack or RunState.Aborted => [call.Command("list")],
        _ => [call.Command("resume", run), call.Command("rollback", run)],
    };
}
