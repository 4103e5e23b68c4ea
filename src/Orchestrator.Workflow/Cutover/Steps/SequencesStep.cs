namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Gives the target's sequences the source's values, read after the fence. Nothing to undo: the next attempt sets them again.</summary>
public sealed class SequencesStep : ICutoverStep
{
    public string Name => "sequences";

    public double PredictMs(CutoverContext context) => 10 + (0.1 * context.Plan.Inventory.Sequences.Count);

    public Task DoAsync(CutoverContext context, CancellationToken ct) => CopyAsync(context, ct);

    internal static async Task CopyAsync(CutoverContext context, CancellationToken ct)
    {
        var values = await context.Parts.Catalog.ReadSequencesAsync(context.Plan.Inventory.Sequences, ct);
        await context.Parts.Sequences.WriteAsync(values, ct);
    }
}
