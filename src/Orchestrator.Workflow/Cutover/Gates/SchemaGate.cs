using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>The source's tables are those that were planned.</summary>
public sealed class SchemaGate : ICutoverGate
{
    public string Name => "schema";

    public async Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        var now = await context.Parts.Catalog.ReadAsync(context.Plan.Options.Tables, ct);
        return PlanDrift.Describe(context.Plan.Inventory, now) is { } difference
            ? new GateResult(Name, false, "the source's structure changed since the plan: " + difference)
            : new GateResult(Name, true, "unchanged since the plan");
    }
}
