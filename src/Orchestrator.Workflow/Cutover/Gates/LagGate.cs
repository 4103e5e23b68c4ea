namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>Everything but the last moments is applied.</summary>
public sealed class LagGate : ICutoverGate
{
    public string Name => "lag";

    public Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        var limit = context.Plan.Options.MaxLag;
        var result = context.Parts.Flow?.Lag is { } lag
            ? new GateResult(Name, lag <= limit, $"{lag.TotalSeconds:0.00} s, limit {limit.TotalSeconds:0.##} s (--max-lag)")
            : new GateResult(Name, false, context.Parts.Flow is null ? "changes are not being applied" : "not known yet");
        return Task.FromResult(result);
    }
}
