namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>The point of no return: the source stays closed even if we die now.</summary>
public sealed class MakePermanentStep : ICutoverStep
{
    public string Name => CutoverSteps.NoReturn;

    public double PredictMs(CutoverContext context) => 10 + (0.15 * context.Plan.Inventory.Tables.Count);

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        await context.Parts.SourceFence.MakePermanentAsync(ct);
        context.Parts.OnWritable("none", null);
    }
}
