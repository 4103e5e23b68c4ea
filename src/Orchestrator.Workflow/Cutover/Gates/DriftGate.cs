namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>Every change met exactly the row it should.</summary>
public sealed class DriftGate : ICutoverGate
{
    public string Name => "drift";

    public async Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct) =>
        (await context.Parts.Ledger.ReadAsync(ct))?.Checkpoint is { } checkpoint
            ? new GateResult(Name, checkpoint.Drift == 0, $"{checkpoint.Drift} changes met a row they should not have met")
            : new GateResult(Name, false, "the target has no checkpoint");
}
