using Orchestrator.Workflow.Cutover.Gates;

namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Looks at every gate, so that all closed ones are named at once.</summary>
public sealed class GatesStep : ICutoverStep
{
    public const string StepName = "gates";

    public string Name => StepName;

    public double PredictMs(CutoverContext context) => 0;

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        var results = new List<GateResult>();
        foreach (var gate in CutoverGates.All)
        {
            try
            {
                results.Add(await gate.CheckAsync(context, ct));
            }
            catch (Exception e) when (e is not OperationCanceledException && results.Exists(g => !g.Passed))
            {
                // A gate asks about the planned tables by name; those may be just what is gone.
                results.Add(new GateResult(gate.Name, false, $"could not be looked at: {e.Message}"));
            }
        }

        context.Gates = results;
        if (results.Exists(g => !g.Passed)) throw CutoverErrors.Gates(results);
    }
}
