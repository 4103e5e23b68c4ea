namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Puts a marker behind everything the source has committed.</summary>
public sealed class MarkerStep : ICutoverStep
{
    public const string StepName = "marker";

    public string Name => StepName;

    public double PredictMs(CutoverContext context) => 5;

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        context.Marker = await context.Parts.Capture.EmitMarkerAsync(context.Nonce, ct);
        context.Detail = context.Marker.ToString();
    }
}
