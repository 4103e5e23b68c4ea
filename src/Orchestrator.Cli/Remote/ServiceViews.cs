using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Cli.Commands;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Remote;

/// <summary>What is read of a migration; the service's description has all of it.</summary>
internal sealed record ServiceMigration(
    Guid Id, string Name, string Run, string SourceId, string TargetId, ServiceSettings Settings, RunState? State, DateTimeOffset? StateSince, RunState? FailedIn, string? Error,
    bool Wanted, bool Driven, string? LastAction, string? LastResult, int? LastExit, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public KnownRun ToRun() => new(Id.ToString(), Name, Id, State, FailedIn, Error, CreatedAt, StateSince ?? UpdatedAt);
}

internal sealed record ServicePage(IReadOnlyList<ServiceMigration> Items, string? Next);

/// <summary>What was decided about a migration when it was created.</summary>
internal sealed record ServiceSettings(
    MigrationStrategy Strategy, IReadOnlyList<string> Tables, IReadOnlyList<string> Exclude, int ParallelWorkers, int BatchSize, bool Validate, CutoverMode Cutover,
    double PauseBudgetSeconds, double MaxLagSeconds)
{
    /// <summary>As options of a run, to be shown; the URLs are what the service shows of them.</summary>
    public MigrationOptions ToOptions(string run, string source, string target) => new()
    {
        SourceUrl = source, TargetUrl = target, RunName = run, Strategy = Strategy, Tables = new TableSelection(Tables, Exclude), ParallelWorkers = ParallelWorkers,
        BatchSize = BatchSize, Validate = Validate, Cutover = Cutover, PauseBudget = TimeSpan.FromSeconds(PauseBudgetSeconds), MaxLag = TimeSpan.FromSeconds(MaxLagSeconds),
    };
}

/// <summary>A database as the service shows it: without user and password.</summary>
internal sealed record ServiceConnection(string Display);

/// <summary>Something the process that drives a run was asked for; no exit code: it has not answered yet.</summary>
internal sealed record ServiceRequest(int? ExitCode, string Message);

/// <summary>Something that somebody else has to approve first.</summary>
internal sealed record ServiceApproval(string Id, string Action, DateTimeOffset ExpiresAt);

/// <summary>The sign that this migration is meant.</summary>
internal sealed record ServiceConfirmation(string Confirm);

/// <summary>Why a request was refused (RFC 9457).</summary>
internal sealed record ServiceProblem(string? Code = null, string? Detail = null, string? Fix = null, string? Table = null, string? Column = null);

/// <summary>Written at compile time, as the reports are.</summary>
[JsonSerializable(typeof(ServiceMigration))]
[JsonSerializable(typeof(ServicePage))]
[JsonSerializable(typeof(ServiceConnection))]
[JsonSerializable(typeof(ServiceRequest))]
[JsonSerializable(typeof(ServiceApproval))]
[JsonSerializable(typeof(ServiceConfirmation))]
[JsonSerializable(typeof(ServiceProblem))]
[JsonSerializable(typeof(List<JournalEntry>))]
internal sealed partial class ServiceJson : JsonSerializerContext;

internal static class ServiceWords
{
    /// <summary>The words of the API are those of the reports. Where a field is missing, somebody else answers.</summary>
    public static JsonSerializerOptions Options { get; } = new(ReportJson.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ServiceJson.Default, ReportJson.Options.TypeInfoResolver), RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };
}
