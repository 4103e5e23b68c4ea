using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow.Phases;

/// <summary>Looks at both sides; nothing is created before it finds no blocker.</summary>
public sealed class AssessmentPhase : IMigrationPhase
{
    /// <summary>The write rate is sampled shortly here; <c>assess</c> takes its time.</summary>
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(250);

    public RunState State => RunState.Assessment;

    public static AssessmentRequest RequestOf(MigrationOptions options, TimeSpan sample) => new(
        options.Tables, options.Strategy != MigrationStrategy.ParallelBatch, sample, options.ParallelWorkers,
        options.Strategy == MigrationStrategy.CdcOnly)
    {
        Roles = options.TargetRoles,
    };

    public async Task<PhaseResult> RunAsync(RunContext run, CancellationToken ct)
    {
        run.Board.Enter("assessment");
        // The write rate only decides about following changes: a copy without them does not wait for it.
        var sample = run.Options.Strategy == MigrationStrategy.ParallelBatch ? TimeSpan.Zero : Sample;
        run.Assessment = await run.Assessor.AssessAsync(RequestOf(run.Options, sample), ct);
        var blockers = run.Assessment.Findings.Count(f => f.Severity == Severity.Blocker);
        if (blockers > 0)
        {
            run.Stop = RunOutcome.Blocked;
            return new PhaseResult(MigrationTrigger.Blocked, $"{blockers} blockers");
        }

        var plan = await run.PlanAsync(ct);
        run.Report = run.Report with { Tables = plan.Tables.Count };
        return new PhaseResult(MigrationTrigger.Assessed, $"{plan.Tables.Count} tables, no blocker");
    }
}
