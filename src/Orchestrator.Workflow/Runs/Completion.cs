using Orchestrator.Core.Diagnostics;

namespace Orchestrator.Workflow.Runs;

/// <summary>Removes what a finished run no longer needs. Every step may be repeated after a crash.</summary>
public static class Completion
{
    /// <summary>
    /// Slot, publication, target fence, ledger. The source's fence stays: the source must not take writes again by itself.
    /// </summary>
    public static async Task CleanUpAsync(RunContext run, CancellationToken ct)
    {
        await run.StopChangesAsync();
        await run.Source.Capture.DropAsync(ct);
        CrashPoint.Hit("complete:capture-dropped");
        run.Target.Schema.DeleteDump();
        await run.Target.Fence.RemoveAsync(ct);
        CrashPoint.Hit("complete:fence-removed");
        await run.Target.Ledger.DropAsync(ct);
        CrashPoint.Hit("complete:ledger-dropped");
    }
}
