using System.Globalization;
using Orchestrator.Workflow.Cutover.Steps;

namespace Orchestrator.Workflow.Cutover;

/// <summary>How long writes will be stopped, by step.</summary>
/// <param name="Steps">Milliseconds by step name.</param>
/// <param name="Basis">What the figures rest on, for people.</param>
public sealed record PausePrediction(IReadOnlyDictionary<string, double> Steps, string Basis)
{
    public TimeSpan Total => TimeSpan.FromMilliseconds(Steps.Values.Sum());

    /// <summary>A step that was measured in this run before is predicted by that, all others by a model of table count and lag.</summary>
    public static PausePrediction Of(IEnumerable<ICutoverStep> steps, CutoverContext context)
    {
        var predicted = new Dictionary<string, double>(StringComparer.Ordinal);
        var measured = 0;
        foreach (var step in steps)
        {
            var model = step.PredictMs(context);
            // What waited for others then, locks and lag, says nothing about now: it would keep the gate closed for ever.
            if (model > 0 && step is not (DrainStep or FenceSourceStep) && context.MeasuredBefore.TryGetValue(step.Name, out var before))
            {
                model = before;
                measured++;
            }

            predicted[step.Name] = model;
        }

        var lag = context.Parts.Flow?.Lag?.TotalMilliseconds ?? 0;
        var basis = string.Create(
            CultureInfo.InvariantCulture,
            $"{context.Plan.Inventory.Tables.Count} tables, {context.Plan.Inventory.Sequences.Count} sequences, lag {lag:0} ms now; ")
            + (measured > 0 ? $"{measured} steps as measured in the attempt before" : "step times of a model, not measured here yet");
        return new PausePrediction(predicted, basis);
    }
}
