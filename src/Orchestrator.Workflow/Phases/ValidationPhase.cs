using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>Compares every row of both sides, at one position while changes flow.</summary>
public sealed class ValidationPhase : IMigrationPhase
{
    public RunState State => RunState.Validation;

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        run.Board.Enter("validation");
        var plan = await run.PlanAsync(ct);
        var follows = run.Options.Strategy != MigrationStrategy.ParallelBatch;
        if (follows && run.Changes is null)
        {
            await run.AdoptColumnChangesAsync(ct);
            plan = await run.PlanAsync(ct);
            run.Changes = await ChangeSession.StartAsync(run, ct);
        }

        var runner = new ValidationRunner(
            run.Source.Digests, run.Target.Digests, new ValidationOptions { Lanes = Math.Clamp(run.Options.ParallelWorkers / 4, 1, 16) }, run.Time);
        var version = (await run.Source.Catalog.ReadAsync(run.Options.Tables, ct)).ColumnsVersion;
        var progress = new Progress<ValidationProgress>(p => run.Board.Validation = p);
        try
        {
            var report = follows
                ? await runner.AtOnePositionAsync(plan.Tables, run.Source.Capture, run.Changes!.Flow, progress, ct)
                : await runner.OfNowAsync(plan.Tables, progress, ct);
            if (follows && report.Verdict == ValidationVerdict.NotProven && report.Tables.FirstOrDefault(t => t.IsInterrupted) is { } lost)
                return Interrupted(run, lost.Reason!);
            run.Validation = report with { ColumnsVersion = version };
        }
        catch (Exception e) when (follows && e is not OperationCanceledException && run.Source.Describe(e, "Comparing") is { Kind: ErrorKind.Transient } error)
        {
            return Interrupted(run, $"{error.Message} [{error.Code}]");
        }

        var summary = ValidationSummary.Of(run.Validation);
        run.Report = run.Report with { Validation = run.Validation };
        run.Board.Notify(new RunNotice(
            run.Validation.Verdict == ValidationVerdict.Equal ? NoticeLevel.Information : NoticeLevel.Error, $"compared: {summary.Verdict}",
            new("tables_equal", $"{summary.TablesEqual}/{summary.TablesTotal}"), new("rows", $"{summary.RowsCompared}"), new("different", $"{summary.DifferentRows}")));
        return await ResultAsync(run, summary, follows, ct);
    }

    /// <summary>A server went away in the middle: changes are followed on, the comparison is made again when both are back.</summary>
    private static PhaseResult Interrupted(RunContext run, string why)
    {
        run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"comparison interrupted: {why}"));
        return new PhaseResult(MigrationTrigger.Compared, "interrupted");
    }

    private static async Task<PhaseResult> ResultAsync(RunContext run, ValidationSummary summary, bool follows, CancellationToken ct)
    {
        var equal = run.Validation!.Verdict == ValidationVerdict.Equal;
        if (run.Demand?.Request == RunRequest.Validate)
            await run.AnswerAsync(equal ? RunOutcome.Done : RunOutcome.Different, $"{summary.Verdict}: {summary.TablesEqual} of {summary.TablesTotal} tables", ct);
        else if (!equal && run.Demand?.Request == RunRequest.Cutover)
            await run.AnswerAsync(RunOutcome.Different, $"not switched over: {summary.Verdict}", ct);
        else if (!equal && run.Options.Cutover == CutoverMode.Auto)
            run.Stop = RunOutcome.Different;
        if (follows) return new PhaseResult(MigrationTrigger.Compared, summary.Verdict);
        if (equal)
        {
            await Completion.OpenCopyAsync(run, ct);
            return new PhaseResult(MigrationTrigger.Finished, summary.Verdict);
        }

        run.Stop = RunOutcome.Different;
        return new PhaseResult(MigrationTrigger.Error, summary.Verdict);
    }
}
