namespace Orchestrator.Core.Runs;

/// <summary>Where a run is. <c>docs/state-machine.md</c> is generated from the transition table in Workflow.</summary>
public enum RunState
{
    /// <summary>Looking, not touching.</summary>
    Assessment,

    /// <summary>Schema, rows, indexes, constraints.</summary>
    FullLoad,

    /// <summary>Following changes.</summary>
    Cdc,

    /// <summary>Comparing both sides while changes are still followed.</summary>
    Validation,

    /// <summary>Switching over: journaled steps, each with an undo.</summary>
    Cutover,

    /// <summary>The target is the writable side.</summary>
    Complete,

    /// <summary>Removing everything the run created.</summary>
    Rollback,

    /// <summary>Everything the run created is gone.</summary>
    RolledBack,

    /// <summary>Assessment found blockers, or the user gave up before anything was created.</summary>
    Aborted,

    /// <summary>Stopped by an error; resume goes on from <see cref="RunRecord.FailedIn"/>.</summary>
    Failed,
}

/// <summary>A run as the control store keeps it. Secrets of the URLs are kept apart (see IRunStore).</summary>
/// <param name="Name">Unique in the store.</param>
/// <param name="Id">Unique for ever; part of the names of objects on both servers.</param>
/// <param name="Version">Grows with every change; compare-and-set.</param>
/// <param name="Fence">Token of the process that drives it now or drove it last.</param>
/// <param name="State">Where it is.</param>
/// <param name="FailedIn">The state to go on from when <paramref name="State"/> is Failed; else null.</param>
/// <param name="Error">Why it failed: code and message, no secrets; else null.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record RunRecord(
    string Name, Guid Id, long Version, long Fence, RunState State, RunState? FailedIn, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
