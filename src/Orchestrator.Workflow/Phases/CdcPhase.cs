using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>Follows changes and decides what comes next: a comparison that is due, a cutover or rollback somebody wants.</summary>
public sealed class CdcPhase : IMigrationPhase
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the source's structure and what it keeps for us are looked at.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>A comparison older than this is made again while nothing else is to do.</summary>
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMinutes(30);

    public RunState State => RunState.Cdc;

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        if (run.Demand?.Request == RunRequest.Rollback) return new PhaseResult(MigrationTrigger.RollbackDue, "asked for");
        run.Board.Enter("catch-up");
        if (run.Changes is null)
        {
            await run.AdoptColumnChangesAsync(ct);
            run.Changes = await ChangeSession.StartAsync(run, ct);
        }

        var caughtUp = false;
        long? looked = null;
        while (true)
        {
            if (looked is null || run.Time.GetElapsedTime(looked.Value) > LookEvery)
            {
                await LookAsync(run, ct);
                looked = run.Time.GetTimestamp();
            }

            if (await NextAsync(run, ct) is { } next) return next;
            if (caughtUp != IsCaughtUp(run)) run.Board.Enter((caughtUp = !caughtUp) ? "cdc" : "catch-up");
            await Task.Delay(Poll, run.Time, ct);
        }
    }

    /// <summary>With some room: the cutover's gate looks a moment later and must find it so too.</summary>
    private static bool IsCaughtUp(RunContext run) => run.Changes!.Flow.Lag <= run.Options.MaxLag * 0.8;

    private static async Task<PhaseResult?> NextAsync(RunContext run, CancellationToken ct)
    {
        await run.TakeDemandAsync(ct);
        if (run.Demand?.Request == RunRequest.Rollback) return new PhaseResult(MigrationTrigger.RollbackDue, "asked for");
        if (!IsCaughtUp(run)) return null;
        if (run.Demand?.Request == RunRequest.Validate && await run.BeginDemandAsync(ct)) return new PhaseResult(MigrationTrigger.ValidationDue, "asked for");
        if (run.Options.Validate && ComparisonIsOld(run)) return new PhaseResult(MigrationTrigger.ValidationDue, "caught up");
        if (run.Demand?.Request == RunRequest.Cutover && await run.BeginDemandAsync(ct)) return new PhaseResult(MigrationTrigger.CutoverDue, "asked for");
        return run.Options.Cutover == CutoverMode.Auto && run.CutoverNotBefore <= run.Time.GetUtcNow()
            ? new PhaseResult(MigrationTrigger.CutoverDue, "auto")
            : null;
    }

    private static bool ComparisonIsOld(RunContext run) =>
        run.Validation is null || (run.ReportedDrift is null && run.ColumnsVersion is { } now && run.Validation.ColumnsVersion != now)
        || run.Time.GetUtcNow() - run.Validation.EndedAt > CompareEvery;

    /// <summary>Structure changes without rows are not in the stream: looked for here, and again by the cutover's gates (CASES C13, K8).</summary>
    private static async Task LookAsync(RunContext run, CancellationToken ct)
    {
        try
        {
            await CompareWithPlanAsync(run, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException && run.Source.Describe(e, "Looking at the source").Kind == ErrorKind.Transient)
        {
            // The change stream meets the same trouble, reports it, and gives up if it lasts.
        }
    }

    private static async Task CompareWithPlanAsync(RunContext run, CancellationToken ct)
    {
        var plan = await run.PlanAsync(ct);
        var now = await run.Source.Catalog.ReadAsync(run.Options.Tables, ct);
        run.ColumnsVersion = now.ColumnsVersion;
        var drift = PlanDrift.Describe(plan, now);
        if (drift is not null && drift != run.ReportedDrift)
            run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"the source's structure is not as planned: {drift}; the cutover will be refused"));
        run.ReportedDrift = drift;
        run.Board.RetainedLogBytes = (await run.Source.Capture.StatusAsync(ct))?.RetainedBytes;
    }
}
