namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>Both sides were proven equal not long ago. A table that could not be proven is not equal.</summary>
public sealed class ValidationGate : ICutoverGate
{
    public string Name => "validation";

    public async Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct)
    {
        if (!context.Plan.Options.Validate) return new GateResult(Name, true, "left out by --no-validate");
        if (await context.Parts.LastValidation(ct) is not { } last) return new GateResult(Name, false, "rows were not compared yet");
        var counts = $"{last.TablesEqual} of {last.TablesTotal} tables equal, {last.DifferentRows} rows differ";
        if (last.Verdict != "equal" || last.TablesEqual != last.TablesTotal || last.DifferentRows != 0)
            return new GateResult(Name, false, $"verdict {last.Verdict}: {counts}");
        var age = context.Parts.Time.GetUtcNow() - last.At;
        return age <= context.Plan.ValidationMaxAge
            ? new GateResult(Name, true, counts)
            : new GateResult(Name, false, $"last compared {age.TotalMinutes:0} min ago, limit {context.Plan.ValidationMaxAge.TotalMinutes:0} min");
    }
}
