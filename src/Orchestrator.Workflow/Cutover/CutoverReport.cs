using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;

namespace Orchestrator.Workflow.Cutover;

public enum CutoverOutcome
{
    /// <summary>The target is the writable side.</summary>
    Complete,

    /// <summary>A gate was closed; nothing was touched. Exit code 5, the run goes on in Cdc.</summary>
    Refused,

    /// <summary>Something failed before the point of no return; everything was taken back. Exit code 5, the run goes on in Cdc.</summary>
    Undone,

    /// <summary>There was nothing to resume.</summary>
    Nothing,
}

/// <summary>What a cutover did and how long it took.</summary>
public sealed record CutoverReport
{
    public required CutoverOutcome Outcome { get; init; }

    /// <summary>The side that takes application writes now, by the fences' own word: <c>source</c>, <c>target</c>, <c>none</c>, <c>unknown</c>.</summary>
    public required string WritableSide { get; init; }

    /// <summary>Every gate with what it saw.</summary>
    public IReadOnlyList<GateResult> Gates { get; init; } = [];

    public IReadOnlyList<StepReport> Steps { get; init; } = [];

    public TimeSpan? PredictedPause { get; init; }

    /// <summary>What the prediction rests on.</summary>
    public string PredictionBasis { get; init; } = "";

    /// <summary>
    /// From the moment the fence began to close until the target (or, undone, the source) took writes. Measured here,
    /// so an upper bound: an application sees a shorter one.
    /// </summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>Writes that reached the source after the marker; null if it was not looked.</summary>
    public IReadOnlyList<Straggler>? Stragglers { get; init; }

    /// <summary>Why it was refused or undone; null if complete.</summary>
    public OrchestratorException? Error { get; init; }

    /// <summary>What went wrong besides, e.g. an undo that could not be finished.</summary>
    public IReadOnlyList<OrchestratorException> Warnings { get; init; } = [];
}

/// <param name="Gate">Name of the gate.</param>
/// <param name="Passed">It is open.</param>
/// <param name="Detail">What was seen, and what to do if it is closed.</param>
public sealed record GateResult(string Gate, bool Passed, string Detail);
