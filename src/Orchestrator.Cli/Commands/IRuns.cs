using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>A run as answers show it, wherever it is kept.</summary>
/// <param name="Key">What it is found by again.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Id">Unique for ever; of a service's run, its migration's.</param>
/// <param name="State">Where it is; null: it was created on a service and not started yet.</param>
/// <param name="FailedIn">The state to go on from if it failed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
internal sealed record KnownRun(
    string Key, string Name, Guid Id, RunState? State, RunState? FailedIn, string? Error, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>The runs that a command is about: those kept here, or those of a service. Looking creates and changes nothing.</summary>
internal interface IRuns : IAsyncDisposable
{
    /// <summary>Where they are, for people.</summary>
    string Place { get; }

    Task<IReadOnlyList<KnownRun>> ListAsync(CancellationToken ct);

    /// <param name="name">What the user calls it, or its <see cref="KnownRun.Key"/>.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration: there is none, or more than one.</exception>
    Task<KnownRun> FindAsync(string name, CancellationToken ct);

    Task<bool> IsDrivenAsync(KnownRun run, CancellationToken ct);

    /// <summary>The newest figures; null: there are none yet.</summary>
    Task<RunProgress?> ProgressAsync(KnownRun run, CancellationToken ct);

    /// <summary>Null: no phase has ended yet.</summary>
    Task<RunReport?> ReportAsync(KnownRun run, CancellationToken ct);

    Task<IReadOnlyList<JournalEntry>> JournalAsync(KnownRun run, CancellationToken ct);
}
