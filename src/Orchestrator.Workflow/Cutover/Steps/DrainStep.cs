namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Waits until everything before the marker is committed on the target.</summary>
public sealed class DrainStep : ICutoverStep
{
    public string Name => "drain";

    public double PredictMs(CutoverContext context) => 50 + (context.Parts.Flow?.Lag?.TotalMilliseconds ?? 0);

    public Task DoAsync(CutoverContext context, CancellationToken ct) =>
        context.Parts.Flow!.WaitForMarkerAsync(context.Nonce, ct);
}
