using Orchestrator.Core.Errors;
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
        // Without a running change apply this process did not begin the cutover: the fences decide before anything is applied.
        var resumed = run.Changes is null;
        run.Board.Enter("cutover");
        var plan = new CutoverPlan { Options = run.Options, Inventory = await run.PlanAsync(ct) };
        var procedure = new CutoverProcedure(PartsOf(run));
        var report = await SwitchAsync(run, procedure, plan, resumed, ct);
        await RecordAsync(run, report);
        if (report.Outcome == CutoverOutcome.Complete)
        {
            await Completion.CleanUpAsync(run, CancellationToken.None);
            await AnswerSwitchedAsync(run);
            return new PhaseResult(MigrationTrigger.SwitchedOver, "the target takes the writes");
        }

        var why = report.Error?.Message ?? (report.Outcome == CutoverOutcome.Undone ? "it was interrupted" : "nothing to finish");
        if (resumed) run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"the cutover of an earlier process is taken back: {why}"));
        else await TakenBackAsync(run, report, why);
        return new PhaseResult(MigrationTrigger.TakenBack, why);
    }

    private static async Task<CutoverReport> SwitchAsync(RunContext run, CutoverProcedure procedure, CutoverPlan plan, bool resumed, CancellationToken ct)
    {
        try
        {
            return resumed ? await procedure.ResumeAsync(plan, ct) : await procedure.RunAsync(plan, ct);
        }
        catch (Exception)
        {
            var side = await procedure.WritableSideAsync();
            run.Report = run.Report with { WritableSide = side };
            run.Board.ShowWritable(side);
            throw;
        }
    }

    private static CutoverParts PartsOf(RunContext run) => new()
    {
        Store = run.Store, Fence = run.Fence,
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
        OnWritable = run.Board.ShowWritable,
        Time = run.Time,
    };

    private static async Task RecordAsync(RunContext run, CutoverReport report)
    {
        run.Board.ShowWritable(report.WritableSide);
        var pause = report.Outcome switch
        {
            // A switch that a resume finished: only the journal knows when its pause began.
            CutoverOutcome.Complete => report.Pause ?? CutoverAttempt.Read(await run.Store.JournalAsync(run.Options.RunName, CancellationToken.None)).Pause,
            CutoverOutcome.Undone => report.Pause,
            _ => Milliseconds(run.Report.WritePauseMs),
        };
        run.Report = run.Report with
        {
            WritableSide = report.WritableSide,
            PredictedPauseMs = report.PredictedPause?.TotalMilliseconds ?? run.Report.PredictedPauseMs,
            WritePauseMs = pause?.TotalMilliseconds,
            Steps = report.Steps.Count > 0 ? report.Steps : run.Report.Steps,
        };
        foreach (var warning in report.Warnings) run.Board.Notify(new RunNotice(NoticeLevel.Warning, warning.Message, new KeyValuePair<string, string>("code", warning.Code)));
        foreach (var straggler in report.Stragglers ?? [])
            run.Board.Notify(new RunNotice(NoticeLevel.Error, $"a write reached the source after the switch and is not on the target: {straggler.Change} {straggler.Table} at {straggler.Position}"));
    }

    private static TimeSpan? Milliseconds(double? ms) => ms is { } known ? TimeSpan.FromMilliseconds(known) : null;

    /// <summary>A rollback or comparison that was asked for came too late if the cutover had to be finished first.</summary>
    private static Task AnswerSwitchedAsync(RunContext run)
    {
        if (run.Demand is not { Request: not RunRequest.Cutover } late)
            return run.AnswerAsync(RunOutcome.Done, $"switched over; writes paused {run.Report.WritePauseMs ?? 0:0} ms", CancellationToken.None);
        var error = RunErrors.Over(
            run.Options.RunName, late.Request.ToString().ToLowerInvariant(), "its cutover was past the point of no return and is finished now",
            "The target takes the writes; see the run's report.");
        if (late.Id is null) run.Errors.Add(error);
        return run.AnswerAsync(RunOutcome.Refused, error.Message, CancellationToken.None);
    }

    /// <summary>Auto mode tries again for a while: a lag or an open transaction passes, a lock is let go.</summary>
    private async Task TakenBackAsync(RunContext run, CutoverReport report, string why)
    {
        run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"cutover {(report.Outcome == CutoverOutcome.Refused ? "refused" : "undone")}: {why}"));
        if (report.Error is not null) run.Errors.Add(report.Error);
        await run.AnswerAsync(RunOutcome.Refused, why, CancellationToken.None);
        if (run.Options.Cutover != CutoverMode.Auto) return;
        run.CutoverAttempts++;
        if (report.Outcome == CutoverOutcome.Undone) _undone++;
        if (run.CutoverAttempts >= RefusedAtMost || _undone >= UndoneAtMost) run.Stop = RunOutcome.Refused;
        run.CutoverNotBefore = run.Time.GetUtcNow() + TryAgainAfter;
    }
}
