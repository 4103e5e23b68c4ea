using Orchestrator.Core.Cutover;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Workflow.Cutover;

/// <summary>What a cutover works with.</summary>
public sealed record CutoverParts
{
    public required IRunStore Store { get; init; }

    /// <summary>Our right to drive the run.</summary>
    public required FencingToken Fence { get; init; }

    public required ISourceCatalog Catalog { get; init; }

    public required IChangeCapture Capture { get; init; }

    /// <summary>The running change apply. Null when a killed cutover is resumed: nothing may be applied before it is decided.</summary>
    public required IChangeFlow? Flow { get; init; }

    public required ITargetLedger Ledger { get; init; }

    public required ISchemaMover Schema { get; init; }

    public required ISourceFence SourceFence { get; init; }

    public required ITargetFence TargetFence { get; init; }

    public required ISequenceWriter Sequences { get; init; }

    public required IOpenTransactions OpenTransactions { get; init; }

    /// <summary>Result of the last validation; null if there was none.</summary>
    public required Func<CancellationToken, Task<ValidationSummary?>> LastValidation { get; init; }

    public required IStragglerProbe Stragglers { get; init; }

    /// <summary>
    /// Told which side applications can write from now on: <c>source</c>, <c>target</c>, or <c>none</c> with the time after
    /// which the source opens by itself (null past the point of no return).
    /// </summary>
    public Action<string, TimeSpan?> OnWritable { get; init; } = (_, _) => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
