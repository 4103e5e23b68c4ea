using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Cutover;

/// <summary>Whether the source's tables are those that were planned, and their rows still those that were compared.</summary>
internal static class StructureCheck
{
    /// <returns>What is not so, in words; null if all is.</returns>
    public static async Task<string?> DifferenceAsync(CutoverContext context, CancellationToken ct)
    {
        var (plan, parts) = (context.Plan, context.Parts);
        var now = await parts.Catalog.ReadAsync(plan.Options.Tables, ct);
        if (PlanDrift.Describe(plan.Inventory, now) is { } drift) return $"the source's structure changed since the plan: {drift}";
        var compared = (await parts.LastValidation(ct))?.ColumnsVersion ?? plan.Inventory.ColumnsVersion;
        return now.ColumnsVersion == compared
            ? null
            : "columns or enum labels of the source were altered since rows were compared, which may have changed rows behind the stream: validate again";
    }
}
