using Orchestrator.Core.Reading;

namespace Orchestrator.Core.Runs;

/// <summary>Which of the two ways rows travel are used: copying, following changes, or both.</summary>
public enum MigrationStrategy
{
    /// <summary>Copy everything, follow changes, cut over. Option text <c>full-load-cdc</c>.</summary>
    FullLoadCdc,

    /// <summary>The target already holds the rows of a position that is now: follow changes only. <c>cdc-only</c>.</summary>
    CdcOnly,

    /// <summary>Copy only, at maximum throughput; changes made meanwhile are not followed. <c>parallel-batch</c>.</summary>
    ParallelBatch,
}

/// <summary>Who decides that it is time to switch over.</summary>
public enum CutoverMode
{
    /// <summary>Stay in CDC until somebody asks for the cutover.</summary>
    Manual,

    /// <summary>Cut over as soon as every gate passes.</summary>
    Auto,
}

/// <summary>Everything a user decides about a run. Validated as a whole before anything is touched.</summary>
public sealed record MigrationOptions
{
    /// <summary>
    /// <c>postgresql://user:password@host:port/database?sslmode=...</c>; a secret, never printed. Several SQLite files:
    /// their URLs with blanks or line ends between.
    /// </summary>
    public required string SourceUrl { get; init; }

    public required string TargetUrl { get; init; }

    /// <summary>Name of the run: 1-40 of <c>a-z 0-9 - _</c>, starting with a letter.</summary>
    public string RunName { get; init; } = "migration";

    /// <summary>Directory of the control store.</summary>
    public string StateDirectory { get; init; } = ".orchestrator";

    public MigrationStrategy Strategy { get; init; }

    public TableSelection Tables { get; init; } = TableSelection.All;

    /// <summary>Copy sessions at once, on either side. 1-64.</summary>
    public int ParallelWorkers { get; init; } = 2;

    /// <summary>Worker processes may copy chunks too. Only for PostgreSQL sources.</summary>
    public bool ShareLoad { get; init; }

    /// <summary>Row changes applied in one target transaction at most. 1-1,000,000.</summary>
    public int BatchSize { get; init; } = 50_000;

    /// <summary>Compare every row before cutover.</summary>
    public bool Validate { get; init; } = true;

    public CutoverMode Cutover { get; init; }

    /// <summary>Shell command that moves traffic to the target; runs while neither side accepts writes. Null: none.</summary>
    public string? OnSwitch { get; init; }

    /// <summary>Shell command that moves traffic back if the cutover fails after <see cref="OnSwitch"/> started. Null: none.</summary>
    public string? OnSwitchUndo { get; init; }

    /// <summary>A cutover whose predicted write pause is above it is refused; twice it (at least 30 s) is the time after which it undoes itself.</summary>
    public TimeSpan PauseBudget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Cutover is refused while lag is above it.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Roles that get rights on the target once it takes writes.</summary>
    public TargetRoles TargetRoles { get; init; } = new();

    /// <summary>Only for sources that are no PostgreSQL.</summary>
    public MappingOptions Mapping { get; init; } = new();

    /// <summary>Only for SQLite files: directory their backup copies are written to before rows are moved. Null: none are made.</summary>
    public string? Backup { get; init; }

    /// <summary>Changes come from Debezium by way of Kafka; null: from the source's log, read by us.</summary>
    public DebeziumOptions? Debezium { get; init; }

    /// <summary>Assess and plan, change nothing.</summary>
    public bool DryRun { get; init; }
}
