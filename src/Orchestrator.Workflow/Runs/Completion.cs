using Orchestrator.Core.Diagnostics;

namespace Orchestrator.Workflow.Runs;

/// <summary>Removes what a finished run no longer needs. Every step may be repeated after a crash.</summary>
public static class Completion
{
    /// <summary>A copy whose source goes on taking writes: the target is opened, with triggers as they are on the source.</summary>
    public static async Task OpenCopyAsync(RunContext run, CancellationToken ct)
    {
        await run.Target.Schema.EnableTriggersAsync(ct);
        await CleanUpAsync(run, ct);
    }

    /// <summary>
    /// Slot, publication, target fence, ledger. The source's fence stays: the source must not take writes again by itself.
    /// </summary>
    public static async Task CleanUpAsync(RunContext run, CancellationToken ct)
    {
        await run.StopChangesAsync();
        await run.Source.Capture.DropAsync(ct);
        CrashPoint.Hit("complete:capture-dropped");
        await run.Target.Fence.RemoveAsync(ct);
        CrashPoint.Hit("complete:fence-removed");
        await run.Target.Ledger.DropAsync(ct);
        CrashPoint.Hit("complete:ledger-dropped");
    }
}
