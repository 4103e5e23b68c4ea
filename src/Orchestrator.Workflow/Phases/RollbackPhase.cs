using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>Removes everything the run created on both sides; the source is left as it was. Every step may be repeated after a crash.</summary>
public sealed class RollbackPhase : IMigrationPhase
{
    public RunState State => RunState.Rollback;

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        run.Board.Enter("rollback");
        await run.StopChangesAsync();
        // The source first: its application must not wait for anything the target does.
        await run.Source.Fence.LiftAsync(ct);
        run.Report = run.Report with { WritableSide = "source" };
        CrashPoint.Hit("rollback:fence-lifted");
        await run.Source.Capture.DropAsync(ct);
        CrashPoint.Hit("rollback:capture-dropped");
        await run.Target.Fence.RemoveAsync(ct);
        CrashPoint.Hit("rollback:target-fence-removed");
        await run.Target.Schema.DropCreatedAsync(ct);
        CrashPoint.Hit("rollback:schema-dropped");
        await run.Target.Ledger.DropAsync(ct);
        CrashPoint.Hit("rollback:ledger-dropped");
        run.Board.Safety = "source untouched and writable";
        await run.AnswerAsync(RunOutcome.Done, "everything the run created is removed; the source is as it was", ct);
        return new PhaseResult(MigrationTrigger.Removed, "everything the run created is removed");
    }
}
