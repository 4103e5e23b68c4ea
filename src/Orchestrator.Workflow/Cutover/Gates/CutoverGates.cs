namespace Orchestrator.Workflow.Cutover.Gates;

/// <summary>A condition without which a cutover does not begin. Looks, changes nothing.</summary>
public interface ICutoverGate
{
    string Name { get; }

    Task<GateResult> CheckAsync(CutoverContext context, CancellationToken ct);
}

/// <summary>All gates in the order they are shown.</summary>
public static class CutoverGates
{
    public static IReadOnlyList<ICutoverGate> All { get; } =
    [
        new LagGate(),
        new ValidationGate(),
        new DriftGate(),
        new SchemaGate(),
        new TransactionsGate(),
        new PauseGate(),
    ];
}
