namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>The predicted write pause fits the budget.</summary>
public sealed class PauseGate : ICutoverGate
{
    public string Name => "pause";

    public Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        var (predicted, budget) = (context.Prediction!.Total, context.Plan.Options.PauseBudget);
        return Task.FromResult(new GateResult(
            Name, predicted <= budget,
            $"predicted {predicted.TotalSeconds:0.00} s, budget {budget.TotalSeconds:0.##} s (--pause-budget); from {context.Prediction.Basis}"));
    }
}
