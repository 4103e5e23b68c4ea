using System.Text.Json;
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
        RunOutcome.Blocked => [(call.IsRemote ? call.Command("resume", run) : call.Command("migrate")) + " (after the blockers are resolved)"],
        RunOutcome.Failed => [call.Command("resume", run), call.Command("rollback", run)],
        RunOutcome.Different => [call.Command("validate", run), call.Command("resume", run)],
        RunOutcome.Refused when state is not (RunState.Complete or RunState.RolledBack or RunState.Aborted) => [call.Command("cutover", run), call.Command("rollback", run)],
        _ => AfterDone(state, run, call),
    };

    /// <summary>What can follow for a run that was left in a state by a process that is gone.</summary>
    public static IReadOnlyList<string> AfterDone(RunState? state, string run, CommandCall call) => state switch
    {
        RunState.Complete => [call.Command("report", run)],
        RunState.RolledBack or RunState.Aborted => [call.Command("list")],
        null => [call.Command("resume", run)],
        _ => [call.Command("resume", run), call.Command("rollback", run)],
    };

    /// <summary>What another process answered that was asked for something.</summary>
    /// <param name="call">Who asked.</param>
    /// <param name="run">Name of the run.</param>
    /// <param name="state">Where it is now.</param>
    /// <param name="exit">The exit code that was answered.</param>
    /// <param name="message">The same in words.</param>
    /// <param name="report">Figures of the run, if there are any.</param>
    public static Answer Told(CommandCall call, string run, RunState state, int exit, string message, RunReport? report)
    {
        var outcome = OutcomeOf(exit);
        return new Answer
        {
            ExitCode = exit,
            Run = run,
            State = state,
            Result = report is null ? null : JsonSerializer.SerializeToElement(report, ReportJson.Options),
            Text = [[new($"{run}  "), new(outcome.ToString().ToUpperInvariant(), exit == ExitCode.Done ? "green" : "red"), new($"  {message}")], .. report is null ? [] : Words.Of(report)],
            Errors = exit == ExitCode.Done ? [] : [new ErrorLine("E-RUN-007", "refused", message, null, null, null, null)],
            Next = Next(outcome, state, run, call),
        };
    }

    /// <summary>The outcome that an exit code stands for.</summary>
    public static RunOutcome OutcomeOf(int exit) => exit switch
    {
        ExitCode.Done => RunOutcome.Done,
        ExitCode.Different => RunOutcome.Different,
        ExitCode.Refused => RunOutcome.Refused,
        ExitCode.Blocked => RunOutcome.Blocked,
        _ => RunOutcome.Failed,
    };
}
