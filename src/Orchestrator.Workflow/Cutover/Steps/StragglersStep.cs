using Orchestrator.Core.Errors;

namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Lists writes that reached the source after the marker (CASES V2). They are reported, never applied: the target may have newer rows.</summary>
public sealed class StragglersStep : ICutoverStep
{
    public const string StepName = "stragglers";

    public string Name => StepName;

    public bool IsAfterNoReturn => true;

    public double PredictMs(CutoverContext context) => 0;

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        if (context.Marker is null) return;
        try
        {
            context.Stragglers = await context.Parts.Stragglers.ReadAsync(context.Marker, ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Data)
        {
            // A slot that is gone stays gone; the target has taken writes for some time already.
            context.Warnings.Add(e);
            context.Detail = "could not be looked for";
            return;
        }

        context.Detail = context.Stragglers.Count == 0
            ? "none"
            : string.Join("; ", context.Stragglers.Take(20).Select(s => $"{s.Change} {s.Table} at {s.Position}"))
                + (context.Stragglers.Count > 20 ? $"; {context.Stragglers.Count} in all" : "");
    }
}
