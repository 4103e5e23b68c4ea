using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;
using Orchestrator.Workflow.Phases;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Workflow;

/// <summary>Drives runs in this process.</summary>
/// <param name="factory">Opens the databases.</param>
/// <param name="store">Keeps the runs; null where only what needs no run is asked for.</param>
/// <param name="time">Clock of everything.</param>
public sealed class MigrationEngine(IEngineFactory factory, IRunStore? store, TimeProvider time) : IMigrationEngine
{
    private static readonly TimeSpan AssessmentSample = TimeSpan.FromSeconds(5);

    private IRunStore Store => store ?? throw new InvalidOperationException("this call needs a control store");

    public async Task<RunResult> MigrateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        await factory.CheckConnectionsAsync(options, ct);
        await CheckSelectionAsync(options, ct);
        await Store.CreateAsync(options, ct);
        return await DriveAsync(options.RunName, null, progress, ct);
    }

    public Task<RunResult> ResumeAsync(string run, IProgress<RunProgress> progress, CancellationToken ct) => DriveAsync(run, null, progress, ct);

    public Task<RunResult> PerformAsync(string run, RunRequest request, IProgress<RunProgress> progress, CancellationToken ct) =>
        DriveAsync(run, new Demand(request, null), progress, ct);

    public Task<AssessmentReport> AssessAsync(MigrationOptions options, CancellationToken ct) =>
        factory.OpenAssessor(options).AssessAsync(AssessmentPhase.RequestOf(options, AssessmentSample), ct);

    public async Task<RunResult> ValidateAsync(MigrationOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        await factory.CheckConnectionsAsync(options, ct);
        await using var source = factory.OpenSource(options, Guid.Empty);
        await using var target = factory.OpenTarget(options, Guid.Empty);
        var board = BoardOf(options, progress);
        board.Enter("validation");
        var tables = (await source.Catalog.ReadAsync(options.Tables, ct)).Tables;
        var runner = new ValidationRunner(source.Digests, target.Digests, new ValidationOptions(), time);
        var report = await runner.OfNowAsync(tables, new Progress<ValidationProgress>(p => board.Validation = p), ct);
        return new RunResult(
            report.Verdict == ValidationVerdict.Equal ? RunOutcome.Done : RunOutcome.Different, options.RunName, RunState.Validation,
            new RunReport { Tables = tables.Count, Validation = report }, [], []);
    }

    /// <summary>A pattern that matches nothing is a mistake to mend, not a run to keep.</summary>
    private async Task CheckSelectionAsync(MigrationOptions options, CancellationToken ct)
    {
        await using var source = factory.OpenSource(options, Guid.Empty);
        try
        {
            await source.Catalog.ReadAsync(options.Tables, ct);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OrchestratorException))
        {
            throw source.Describe(e, "Reading the source's catalog");
        }
    }

    private async Task<RunResult> DriveAsync(string name, Demand? demand, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var record = await Store.FindAsync(name, ct) ?? throw new OrchestratorException(
            ErrorKind.Configuration, "E-RUN-002", $"There is no run '{name}' in this state directory.", "See orchestrator list; check --state.");
        var options = await Store.OptionsAsync(name, ct);
        await using var lease = await Store.AcquireAsync(name, ct);
        record = await Store.FindAsync(name, ct) ?? record;
        if (await RefusalAsync(record, demand, ct) is { } refusal) return refusal;
        await using var source = factory.OpenSource(options, record.Id);
        await using var target = factory.OpenTarget(options, record.Id);
        var run = new RunContext
        {
            Options = options, Store = Store, Source = source, Target = target, Assessor = factory.OpenAssessor(options),
            Fence = lease.Token, Board = BoardOf(options, progress), Time = time, Demand = demand,
        };
        await run.LoadReportAsync(ct);
        using var reporting = new CancellationTokenSource();
        var reporter = run.Board.RunAsync(reporting.Token);
        try
        {
            record = await RedirectAsync(record, run, ct);
            return await new RunDriver(run, Phases()).DriveAsync(record, ct);
        }
        finally
        {
            await run.StopChangesAsync();
            await reporting.CancelAsync();
            await reporter;
        }
    }

    private static IReadOnlyList<IMigrationPhase> Phases() =>
        [new AssessmentPhase(), new FullLoadPhase(), new CdcPhase(), new ValidationPhase(), new CutoverPhase(), new RollbackPhase()];

    /// <summary>What cannot be asked of a run in its state; null if it can.</summary>
    private async Task<RunResult?> RefusalAsync(RunRecord record, Demand? demand, CancellationToken ct)
    {
        if (demand is null || !MigrationStateMachine.IsFinal(record.State)) return null;
        // The figures that were kept also say which side takes writes.
        var report = await Store.ReadDocumentAsync(record.Name, ReportJson.Document, ct) is { } json ? ReportJson.Read(json) : new RunReport();
        if (demand.Request == RunRequest.Cutover && record.State == RunState.Complete) return Ended(RunOutcome.Done, null);
        if (demand.Request == RunRequest.Rollback && record.State is RunState.RolledBack or RunState.Aborted) return Ended(RunOutcome.Done, null);
        return Ended(RunOutcome.Refused, new OrchestratorException(
            ErrorKind.Configuration, "E-RUN-009", $"Run '{record.Name}' is {record.State}: {demand.Request.ToString().ToLowerInvariant()} is not possible any more.",
            record.State == RunState.Complete ? "The target takes the writes; there is no way back without reverse replication (docs/limits.md)." : "Start a new run."));

        RunResult Ended(RunOutcome outcome, OrchestratorException? error) =>
            new(outcome, record.Name, record.State, report, [], error is null ? [] : [error]);
    }

    /// <summary>
    /// A rollback goes on from wherever the run stopped, except in the middle of a cutover: that is finished or taken
    /// back first.
    /// </summary>
    private static async Task<RunRecord> RedirectAsync(RunRecord record, RunContext run, CancellationToken ct)
    {
        if (run.Demand?.Request != RunRequest.Rollback) return record;
        var state = record.State == RunState.Failed ? record.FailedIn ?? RunState.Assessment : record.State;
        if (state is RunState.Cutover or RunState.Rollback) return record;
        var next = MigrationStateMachine.Next(state, MigrationTrigger.RollbackDue);
        record = await run.Store.TransitionAsync(record, run.Fence, next, null, null, "rollback asked for", ct);
        if (next == RunState.Aborted) await run.AnswerAsync(RunOutcome.Done, "nothing was created", ct);
        return record;
    }

    private ProgressBoard BoardOf(MigrationOptions options, IProgress<RunProgress> progress) =>
        new(options, Address(options.SourceUrl), Address(options.TargetUrl), progress, time);

    private static string Address(string url)
    {
        var to = DatabaseUrl.Parse(url);
        return $"{to.Host}{(to.Port is { } port ? $":{port}" : "")}/{to.Database}";
    }
}
