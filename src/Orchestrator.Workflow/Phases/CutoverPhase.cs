using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Cutover;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>Runs the cutover procedure, or finishes the one a killed process left, and cleans up once the target has the writes.</summary>
public sealed class CutoverPhase : IMigrationPhase
{
    private const int RefusedAtMost = 150;
    private const int UndoneAtMost = 5;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(2);
    private int _undone;

    public RunState State => RunState.Cutover;

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        run.Board.Enter("cutover");
        var plan = new CutoverPlan { Options = run.Options, Inventory = await run.PlanAsync(ct) };
        var procedure = new CutoverProcedure(PartsOf(run));
        // Without a running change apply this process did not begin the cutover: the fences decide before anything is applied.
        var report = run.Changes is null ? await procedure.ResumeAsync(plan, ct) : await procedure.RunAsync(plan, ct);
        Record(run, report);
        if (report.Outcome == CutoverOutcome.Complete)
        {
            run.Board.Safety = "target writable, the source refuses writes; the way back is closed";
            await Completion.CleanUpAsync(run, CancellationToken.None);
            await AnswerSwitchedAsync(run, report);
            return new PhaseResult(MigrationTrigger.SwitchedOver, "the target takes the writes");
        }

        var why = report.Error?.Message ?? "nothing to finish";
        await TakenBackAsync(run, report, why);
        return new PhaseResult(MigrationTrigger.TakenBack, why);
    }

    private static CutoverParts PartsOf(RunContext run) => new()
    {
        Store = run.Store,
        Catalog = run.Source.Catalog,
        Capture = run.Source.Capture,
        Flow = run.Changes?.Flow,
        Ledger = run.Target.Ledger,
        Schema = run.Target.Schema,
        SourceFence = run.Source.Fence,
        TargetFence = run.Target.Fence,
        Sequences = run.Target.Sequences,
        OpenTransactions = run.Source.OpenTransactions,
        LastValidation = _ => Task.FromResult(run.Report.Validation is { } report ? ValidationSummary.Of(report) : null),
        Stragglers = new StragglerProbe(run),
        Time = run.Time,
    };

    private static void Record(RunContext run, CutoverReport report)
    {
        run.Report = run.Report with
        {
            WritableSide = report.WritableSide,
            PredictedPauseMs = report.PredictedPause?.TotalMilliseconds ?? run.Report.PredictedPauseMs,
            WritePauseMs = report.Pause?.TotalMilliseconds ?? run.Report.WritePauseMs,
            Steps = report.Steps.Count > 0 ? report.Steps : run.Report.Steps,
        };
        foreach (var warning in report.Warnings) run.Board.Notify(new RunNotice(NoticeLevel.Warning, warning.Message, new KeyValuePair<string, string>("code", warning.Code)));
        foreach (var straggler in report.Stragglers ?? [])
            run.Board.Notify(new RunNotice(NoticeLevel.Error, $"a write reached the source after the switch and is not on the target: {straggler.Change} {straggler.Table} at {straggler.Position}"));
    }

    /// <summary>A rollback that was asked for came too late if the cutover had to be finished first.</summary>
    private static Task AnswerSwitchedAsync(RunContext run, CutoverReport report) => run.Demand?.Request == RunRequest.Rollback
        ? run.AnswerAsync(RunOutcome.Refused, "the cutover was past its point of no return and is finished: the target takes the writes", CancellationToken.None)
        : run.AnswerAsync(RunOutcome.Done, $"switched over; writes paused {report.Pause?.TotalMilliseconds ?? 0:0} ms", CancellationToken.None);

    /// <summary>Auto mode tries again for a while: a lag or an open transaction passes, a lock is let go.</summary>
    private async Task TakenBackAsync(RunContext run, CutoverReport report, string why)
    {
        run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"cutover {(report.Outcome == CutoverOutcome.Refused ? "refused" : "undone")}: {why}"));
        if (report.Error is not null) run.Errors.Add(report.Error);
        // Somebody who wants everything removed gets that next; what is taken back here was only in the way.
        if (run.Demand?.Request == RunRequest.Rollback) return;
        await run.AnswerAsync(RunOutcome.Refused, why, CancellationToken.None);
        if (run.Options.Cutover != CutoverMode.Auto) return;
        run.CutoverAttempts++;
        if (report.Outcome == CutoverOutcome.Undone) _undone++;
        if (run.CutoverAttempts >= RefusedAtMost || _undone >= UndoneAtMost) run.Stop = RunOutcome.Refused;
        run.CutoverNotBefore = run.Time.GetUtcNow() + TryAgainAfter;
    }
}
