using System.Text.Json;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Hosting;

/// <summary>What is decided about a migration, in the words of the API. Commands to run are not among it: they would run on the service's machine.</summary>
internal sealed record MigrationSettings
{
    /// <summary>What <see cref="ShareLoad"/> takes: views of the other sources belong to one process.</summary>
    public const string ShareLoadRule = "only for PostgreSQL sources";

    public MigrationStrategy Strategy { get; init; }

    /// <summary>Patterns of tables to move; empty: all.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Patterns of tables to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Copy sessions at once. 1 to 64.</summary>
    public int ParallelWorkers { get; init; } = 2;

    /// <summary>Worker processes may copy rows too; only of a PostgreSQL source.</summary>
    public bool ShareLoad { get; init; }

    /// <summary>Row changes applied in one transaction at most. 1 to 1,000,000.</summary>
    public int BatchSize { get; init; } = 50_000;

    /// <summary>Compare every row before the cutover.</summary>
    public bool Validate { get; init; } = true;

    /// <summary>Who decides about the cutover.</summary>
    public CutoverMode Cutover { get; init; }

    /// <summary>Longest write pause that may be predicted, seconds. Above 0, at most 3600.</summary>
    public double PauseBudgetSeconds { get; init; } = 10;

    /// <summary>Longest lag at which a cutover may begin, seconds. Above 0, at most 86400.</summary>
    public double MaxLagSeconds { get; init; } = 5;

    /// <summary>Roles that get rights on the target once it takes writes: read_only, admin. Created if they are missing.</summary>
    public TargetRoles TargetRoles { get; init; } = new();

    /// <summary>The fields that are out of their range, and which it is.</summary>
    public IEnumerable<(string Field, string Fault)> Faults()
    {
        if (ParallelWorkers is < 1 or > 64) yield return ("settings.parallel_workers", "1 to 64");
        if (BatchSize is < 1 or > 1_000_000) yield return ("settings.batch_size", "1 to 1000000");
        if (PauseBudgetSeconds is not (> 0 and <= 3600)) yield return ("settings.pause_budget_seconds", "above 0, at most 3600");
        if (MaxLagSeconds is not (> 0 and <= 86400)) yield return ("settings.max_lag_seconds", "above 0, at most 86400");
        if (!TargetRoles.Names.All(TargetRoles.IsName)) yield return ("settings.target_roles", $"names of roles: {TargetRoles.Rule}");
        if (!Enum.IsDefined(Strategy)) yield return ("settings.strategy", "full-load-cdc, cdc-only or parallel-batch");
        if (!Enum.IsDefined(Cutover)) yield return ("settings.cutover", "manual or auto");
        if (Tables.Concat(Exclude).Any(p => string.IsNullOrWhiteSpace(p) || p.Length > 200)) yield return ("settings.tables", "patterns of 1 to 200 characters");
        if (Tables.Count + Exclude.Count > 1000) yield return ("settings.tables", "at most 1000 patterns");
    }

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options);

    public static MigrationSettings Of(MigrationRow migration) => JsonSerializer.Deserialize<MigrationSettings>(migration.Settings, ReportJson.Options)!;

    public MigrationOptions ToOptions(string run, string sourceUrl, string targetUrl, string stateDirectory) => new()
    {
        SourceUrl = sourceUrl, TargetUrl = targetUrl, RunName = run, StateDirectory = stateDirectory, Strategy = Strategy,
        Tables = new TableSelection(Tables, Exclude), ParallelWorkers = ParallelWorkers, ShareLoad = ShareLoad, BatchSize = BatchSize, Validate = Validate, Cutover = Cutover,
        PauseBudget = TimeSpan.FromSeconds(PauseBudgetSeconds), MaxLag = TimeSpan.FromSeconds(MaxLagSeconds),
        TargetRoles = TargetRoles,
    };
}
