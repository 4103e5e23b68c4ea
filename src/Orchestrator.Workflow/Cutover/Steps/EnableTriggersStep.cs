namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Lets the target's own triggers fire again.</summary>
public sealed class EnableTriggersStep : ICutoverStep
{
    public string Name => "enable-triggers";

    public double PredictMs(CutoverContext context) => 15;

    public Task DoAsync(CutoverContext context, CancellationToken ct) => context.Parts.Schema.EnableTriggersAsync(ct);

    public Task UndoAsync(CutoverContext context, CancellationToken ct) =>
        context.Parts.Schema.DisableTriggersAsync(context.Plan.Inventory.Tables, ct);
}
