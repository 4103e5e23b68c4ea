using System.Text.Json.Serialization;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Core.Writing;

namespace Orchestrator.Workflow.Runs;

/// <summary>What the phases of one run share while one process drives it.</summary>
public sealed class RunContext
{
    public required MigrationOptions Options { get; init; }

    public required IRunStore Store { get; init; }

    public required ISourceEngine Source { get; init; }

    public required ITargetEngine Target { get; init; }

    public required IAssessor Assessor { get; init; }

    public required FencingToken Fence { get; init; }

    public required ProgressBoard Board { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What somebody asked for and the driver has not answered yet.</summary>
    public Demand? Demand { get; set; }

    /// <summary>Ends the command with this outcome once the current phase's transition is recorded; null: go on.</summary>
    public RunOutcome? Stop { get; set; }

    public AssessmentReport? Assessment { get; set; }

    public ValidationReport? Validation { get; set; }

    public RunReport Report { get; set; } = new();

    /// <summary>Errors that ended something without ending the run.</summary>
    public List<OrchestratorException> Errors { get; } = [];

    public ChangeSession? Changes { get; set; }

    /// <summary>Stops the change apply if it runs; what is committed stays.</summary>
    public async Task StopChangesAsync()
    {
        if (Changes is null) return;
        await Changes.DisposeAsync();
        RecordChanges();
        (Changes, Report) = (null, Report with { LagMs = null });
    }

    /// <summary>Cancelled when the change apply ended by itself; every phase stops then.</summary>
    public CancellationToken ChangesFailed => ChangesFailedSource.Token;

    internal CancellationTokenSource ChangesFailedSource { get; } = new();

    /// <summary>Structure change that was reported last, so that it is reported once.</summary>
    public string? ReportedDrift { get; set; }

    /// <summary>The source's <see cref="SourceInventory.ColumnsVersion"/> when it was last looked at; null before.</summary>
    public string? ColumnsVersion { get; set; }

    /// <summary>Auto mode does not try again earlier.</summary>
    public DateTimeOffset CutoverNotBefore { get; set; }

    /// <summary>Cutovers of this process that were refused or taken back.</summary>
    public int CutoverAttempts { get; set; }

    /// <summary>
    /// Looks what other processes ask for now. A rollback comes before everything that was not begun; what was withdrawn
    /// is forgotten.
    /// </summary>
    public async Task TakeDemandAsync(CancellationToken ct)
    {
        var next = await Store.NextRequestAsync(Options.RunName, ct);
        var rollback = next?.Request == RunRequest.Rollback;
        // What this process was started for is not in the store; it gives way to a rollback only.
        if (Demand is { Id: null } own && (!rollback || own.Request == RunRequest.Rollback)) return;
        if (next?.Id == Demand?.Id) return;
        if (rollback && Demand is not null) await SupersedeAsync(Demand.Request, ct);
        Demand = next is null ? null : new Demand(next.Request, next.Id);
        if (rollback) await BeginDemandAsync(ct);
    }

    private async Task SupersedeAsync(RunRequest request, CancellationToken ct)
    {
        var error = new OrchestratorException(
            ErrorKind.Configuration, "E-RUN-010", $"The {request.ToString().ToLowerInvariant()} was not begun: somebody asked for a rollback.", "See the run's report.");
        if (Demand is { Id: null }) Errors.Add(error);
        await AnswerAsync(RunOutcome.Refused, error.Message, ct);
    }

    /// <summary>From here on what was asked for is carried out.</summary>
    /// <returns>False if it was withdrawn meanwhile.</returns>
    public async Task<bool> BeginDemandAsync(CancellationToken ct)
    {
        if (Demand?.Id is not { } id || await Store.BeginRequestAsync(Options.RunName, id, ct)) return true;
        Demand = null;
        return false;
    }

    /// <summary>Answers what was asked for; what this process was started for ends it. No effect if nobody asked.</summary>
    public async Task AnswerAsync(RunOutcome outcome, string message, CancellationToken ct)
    {
        if (Demand is not { } demand) return;
        if (demand.Id is { } id)
        {
            await SaveReportAsync(ct);
            await Store.AnswerAsync(Options.RunName, id, outcome.ToExitCode(), message, ct);
        }
        else
        {
            Stop = outcome;
        }

        if (Demand == demand) Demand = null;
    }

    /// <summary>
    /// Called before changes are followed again: columns that changed alike on both sides become part of the plan, and
    /// what was compared before no longer counts.
    /// </summary>
    public async Task AdoptColumnChangesAsync(CancellationToken ct)
    {
        var plan = await PlanAsync(ct);
        var now = await Source.Catalog.ReadAsync(Options.Tables, ct);
        if (plan.Fingerprint == now.Fingerprint) return;
        if (PlanForms.Next(plan, now, await Target.Catalog.ReadAsync(TableSelection.All, ct)) is not { } next) return;
        await StoredPlan.WriteAsync(Store, Options.RunName, next, ct);
        _plan = next;
        (Validation, Report) = (null, Report with { Validation = null });
        await SaveReportAsync(ct);
        Board.Notify(new RunNotice(NoticeLevel.Information, $"changed alike on both sides, followed on: {PlanDrift.Describe(plan, next)}"));
    }

    /// <summary>The source as it was planned. Read once, kept in the store: later differences are drift, unless adopted.</summary>
    public async Task<SourceInventory> PlanAsync(CancellationToken ct)
    {
        if (_plan is not null) return _plan;
        if (await StoredPlan.ReadAsync(Store, Options.RunName, ct) is { } stored) return _plan = stored;
        _plan = await Source.Catalog.ReadAsync(Options.Tables, ct);
        await StoredPlan.WriteAsync(Store, Options.RunName, _plan, ct);
        return _plan;
    }

    /// <summary>Keeps the figures for <c>status</c> and <c>report</c>.</summary>
    public Task SaveReportAsync(CancellationToken ct)
    {
        RecordChanges();
        RecordConverted();
        return Store.WriteDocumentAsync(Options.RunName, ReportJson.Document, ReportJson.Write(Report), ct);
    }

    private void RecordChanges()
    {
        if (Changes is not { Flow: { IsStarted: true } flow }) return;
        Report = Report with { RowsApplied = flow.Current.Rows, TransactionsApplied = flow.Current.Transactions, LagMs = flow.Lag?.TotalMilliseconds };
    }

    /// <summary>What this process counts comes on top of what earlier ones did.</summary>
    private void RecordConverted()
    {
        _convertedBefore ??= Report.Converted;
        if (Source.Converted is { Count: > 0 } now)
            Report = Report with { Converted = [.. _convertedBefore.Concat(now).GroupBy(c => (c.Column, c.Rule)).Select(g => new ConvertedValues(g.Key.Column, g.Key.Rule, g.Sum(c => c.Count)))] };
    }

    private IReadOnlyList<ConvertedValues>? _convertedBefore;
    private SourceInventory? _plan;
}

/// <summary>A request somebody made: of another process (with its number in the store), or of this one.</summary>
public sealed record Demand(RunRequest Request, long? Id);

[JsonSerializable(typeof(SourceInventory))]
internal sealed partial class PlanJsonTypes : JsonSerializerContext;
