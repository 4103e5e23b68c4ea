namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Stops change apply for good and asks the target itself whether it has everything.</summary>
public sealed class FinalCheckStep : ICutoverStep
{
    public string Name => "final-check";

    public double PredictMs(CutoverContext context) => 30 + (0.5 * context.Plan.Inventory.Tables.Count);

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        var parts = context.Parts;
        context.Hold = await parts.Flow!.HoldAsync(ct);
        var problems = new List<string>();
        var checkpoint = (await parts.Ledger.ReadAsync(ct))?.Checkpoint;
        if (checkpoint?.Marker != context.Nonce)
            problems.Add($"the target's checkpoint carries marker '{checkpoint?.Marker}', not '{context.Nonce}'");
        if (checkpoint is { Drift: not 0 }) problems.Add($"{checkpoint.Drift} changes met a row they should not have met");
        if (await StructureCheck.DifferenceAsync(context, ct) is { } difference) problems.Add(difference);
        if (problems.Count > 0) throw CutoverErrors.FinalCheck(problems);
    }

    public async Task UndoAsync(CutoverContext context, CancellationToken ct)
    {
        if (context.Hold is null) return;
        await context.Hold.DisposeAsync();
        context.Hold = null;
    }
}
