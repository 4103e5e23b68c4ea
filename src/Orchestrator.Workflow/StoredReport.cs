using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Cutover;

namespace Orchestrator.Workflow;

/// <summary>The figures of a run as they were kept.</summary>
public static class StoredReport
{
    /// <summary>In the middle of a cutover the journal knows more about the writable side than the figures kept before it.</summary>
    /// <returns>Null if no phase has ended yet.</returns>
    public static async Task<RunReport?> ReadAsync(IRunStore store, RunRecord run, CancellationToken ct)
    {
        var report = await store.ReadDocumentAsync(run.Name, ReportJson.Document, ct) is { } json ? ReportJson.Read(json) : null;
        if (report is null || run.State != RunState.Cutover) return report;
        var side = CutoverAttempt.Read(await store.JournalAsync(run.Name, ct)).WritableSide;
        return side is null ? report : report with { WritableSide = side };
    }
}
