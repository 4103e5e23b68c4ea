using System.Text.Json;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Workflow.Runs;

/// <summary>The source as a run planned it, kept in the store.</summary>
internal static class StoredPlan
{
    private const string Document = "plan";

    /// <summary>Null before the run has one.</summary>
    public static async Task<SourceInventory?> ReadAsync(IRunStore store, string run, CancellationToken ct) =>
        await store.ReadDocumentAsync(run, Document, ct) is { } json ? JsonSerializer.Deserialize(json, PlanJsonTypes.Default.SourceInventory)! : null;

    public static Task WriteAsync(IRunStore store, string run, SourceInventory plan, CancellationToken ct) =>
        store.WriteDocumentAsync(run, Document, JsonSerializer.Serialize(plan, PlanJsonTypes.Default.SourceInventory), ct);

    /// <summary>The tables whose changes are followed, each from its snapshot on; the same list in the same order for every process of the run.</summary>
    public static IReadOnlyList<FollowedTable> Followed(SourceInventory plan, LedgerState ledger)
    {
        Dictionary<Core.Model.TableRef, SourcePosition> snapshots = ledger.Tables.ToDictionary(t => t.Table, t => t.SnapshotPosition);
        return [.. plan.EarlierForms.Concat(plan.Tables).Select(t => new FollowedTable(t, snapshots[t.Table]))];
    }
}
