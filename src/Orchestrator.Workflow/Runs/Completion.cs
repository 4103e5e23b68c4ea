using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow.Runs;

/// <summary>Removes what a finished run no longer needs. Every step may be repeated after a crash.</summary>
public static class Completion
{
    /// <summary>A copy whose source goes on taking writes: the target is opened, with triggers as they are on the source.</summary>
    public static async Task OpenCopyAsync(RunContext run, CancellationToken ct)
    {
        await run.Target.Schema.EnableTriggersAsync(ct);
        // From here on it is only finished: once its record on the target goes, nobody knows what a rollback would remove.
        run.Report = run.Report with { CopyIsOpen = true };
        await run.SaveReportAsync(CancellationToken.None);
        CrashPoint.Hit("complete:copy-open");
        await CleanUpAsync(run, CancellationToken.None);
    }

    /// <summary>
    /// Slot, publication, target fence, ledger. The source's fence stays: the source must not take writes again by itself.
    /// </summary>
    public static async Task CleanUpAsync(RunContext run, CancellationToken ct)
    {
        await run.StopChangesAsync();
        await run.Source.Capture.DropAsync(ct);
        CrashPoint.Hit("complete:capture-dropped");
        run.Target.Schema.DeleteDump();
        await RemoveFenceAsync(run, ct);
        CrashPoint.Hit("complete:fence-removed");
        await GrantRolesAsync(run, ct);
        await run.Target.Ledger.DropAsync(ct);
        CrashPoint.Hit("complete:ledger-dropped");
    }

    /// <summary>The target takes writes already: rights that are missing are said, and end nothing.</summary>
    private static async Task GrantRolesAsync(RunContext run, CancellationToken ct)
    {
        if (!run.Options.TargetRoles.Any) return;
        try
        {
            var plan = await run.PlanAsync(ct);
            await run.Target.Roles.GrantAsync(run.Options.TargetRoles, [.. plan.Tables.Select(t => t.Table)], ct);
            run.Board.Notify(new RunNotice(NoticeLevel.Information, $"roles got their rights on the target: {string.Join(", ", run.Options.TargetRoles.Names)}"));
        }
        catch (OrchestratorException e) when (e.Code == "E-ROLE-001")
        {
            run.Board.Notify(new RunNotice(NoticeLevel.Warning, $"{e.Message} {e.Fix}", new KeyValuePair<string, string>("code", e.Code)));
        }
    }

    private static async Task RemoveFenceAsync(RunContext run, CancellationToken ct)
    {
        try
        {
            await run.Target.Fence.RemoveAsync(ct);
        }
        catch (OrchestratorException e) when (e.Code == "E-FENCE-005")
        {
            // It is open. A reader that keeps a table must not make a run that is over look as if it had failed.
            run.Board.Notify(new RunNotice(
                NoticeLevel.Warning, $"{e.Message} Remove them when the tables are free: DROP SCHEMA orchestrator CASCADE on the target", new KeyValuePair<string, string>("code", e.Code)));
        }
    }
}
