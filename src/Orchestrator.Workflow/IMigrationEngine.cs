using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow;

/// <summary>
/// What a command line or an API asks for. Every call throws <see cref="Core.Errors.OrchestratorException"/> for what
/// never began (bad configuration, no connection, lease held elsewhere) and returns a <see cref="RunResult"/> for what
/// began and ended, well or not. Cancelling stops cleanly: the run stays resumable and the call throws
/// <see cref="OperationCanceledException"/>.
/// </summary>
public interface IMigrationEngine
{
    /// <summary>Creates the run and drives it until it is complete, waits for nothing more, or fails.</summary>
    Task<RunResult> MigrateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>Drives an existing run on from where it stopped.</summary>
    Task<RunResult> ResumeAsync(string run, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>Looks at both sides, changes nothing; needs no run.</summary>
    Task<AssessmentReport> AssessAsync(MigrationOptions options, CancellationToken ct);

    /// <summary>Compares all rows of both sides as they are now; needs no run. Changes nothing.</summary>
    Task<RunResult> ValidateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>Drives an existing run just far enough to do one thing; used when no other process drives it.</summary>
    Task<RunResult> PerformAsync(string run, RunRequest request, IProgress<RunProgress> progress, CancellationToken ct);

    /// <summary>
    /// Copies a share of the rows and applies a share of the changes of a run that another process drives, as far as they are shared.
    /// Returns when there will be nothing more of that, at once if that is so already.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">For people: which process this is.</param>
    /// <param name="notify">Told what is done.</param>
    /// <param name="ct">Stops cleanly: the share is given back.</param>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-RUN-013</c>: it shares nothing.</exception>
    Task<WorkerResult> WorkAsync(string run, string worker, Action<RunNotice> notify, CancellationToken ct);
}

/// <summary>What a worker did.</summary>
/// <param name="State">Where the run is now.</param>
/// <param name="Chunks">Chunks it copied.</param>
/// <param name="CopiedRows">Rows in them.</param>
/// <param name="Steps">Steps of which it applied parts.</param>
/// <param name="Rows">Row changes it applied.</param>
public sealed record WorkerResult(RunState State, long Chunks, long CopiedRows, long Steps, long Rows);
