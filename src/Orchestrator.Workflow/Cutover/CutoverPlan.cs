using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow.Cutover;

/// <summary>What is switched over and within which limits.</summary>
public sealed record CutoverPlan
{
    /// <summary>Pauses, lag limit, commands and URLs as the user gave them.</summary>
    public required MigrationOptions Options { get; init; }

    /// <summary>The source as it was planned; a cutover is refused if its structure is another now.</summary>
    public required SourceInventory Inventory { get; init; }

    /// <summary>A validation older than this does not open the gate.</summary>
    public TimeSpan ValidationMaxAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A transaction on a migrated table that is open longer than this closes the gate.</summary>
    public TimeSpan LongTransaction { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The abort limit is never below it.</summary>
    public TimeSpan MinimumLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this the source opens by itself and the cutover is undone: twice the pause budget, at least 30 s.</summary>
    public TimeSpan Lease => Max(MinimumLease, 2 * Options.PauseBudget);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
