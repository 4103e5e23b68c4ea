using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>What a phase ended with.</summary>
/// <param name="Trigger">Decides the next state.</param>
/// <param name="Why">For the journal.</param>
public sealed record PhaseResult(MigrationTrigger Trigger, string Why);

/// <summary>One state's work. Called again after a crash it goes on from what the target and the journal say.</summary>
public interface IMigrationPhase
{
    RunState State { get; }

    Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct);
}
