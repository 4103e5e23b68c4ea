namespace Orchestrator.Pipeline.Validation;

/// <summary>How hard a validation works and how much it reports.</summary>
public sealed record ValidationOptions
{
    /// <summary>Database sessions per side at once, 1-16. One keeps one core of each server busy.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Differing rows per table that are reported by key; further ones are counted.</summary>
    public int MaxNamedRows { get; init; } = 1_000;

    /// <summary>Differing rows per table that are reported with their values.</summary>
    public int MaxSamples { get; init; } = 10;

    /// <summary>Rows of differing buckets read per side in one pass of the drill-down; bounds memory.</summary>
    public int RowsPerPass { get; init; } = 100_000;

    /// <summary>Passes of the drill-down per table; when they are used up, counts become lower bounds.</summary>
    public int MaxPasses { get; init; } = 32;

    /// <summary>How often a suspect row is read again when the sides are not at one position.</summary>
    public int RecheckTries { get; init; } = 5;

    /// <summary>Wait before the first re-read; doubles up to <see cref="RecheckMaxDelay"/>.</summary>
    public TimeSpan RecheckDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan RecheckMaxDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Suspect rows per table that are read again; a table with more of them that all settle is not proven.</summary>
    public int MaxSuspects { get; init; } = 10_000;

    /// <summary>How often a table is compared as a whole if rows that differed are on neither side when they are read again.</summary>
    public int TableTries { get; init; } = 3;

    /// <summary>Longest time for one table, after which it counts as not proven; null: no limit.</summary>
    public TimeSpan? TableTimeout { get; init; }
}
