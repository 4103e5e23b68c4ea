namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>The source's tables are those that were planned, and nobody altered them since rows were compared.</summary>
public sealed class SchemaGate : ICutoverGate
{
    public string Name => "schema";

    public async Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        var difference = await StructureCheck.DifferenceAsync(context, ct);
        return new GateResult(Name, difference is null, difference ?? "unchanged since the plan");
    }
}
