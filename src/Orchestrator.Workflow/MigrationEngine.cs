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
        var report = await ReportingAsync(board, () => runner.OfNowAsync(tables, new Progress<ValidationProgress>(p => board.Validation = p), ct));
        return new RunResult(
            report.Verdict == ValidationVerdict.Equal ? RunOutcome.Done : RunOutcome.Different, options.RunName, RunState.Validation,
            new RunReport { Tables = tables.Count, Validation = report }, [], []);
    }

    public async Task<WorkerResult> WorkAsync(string run, string worker, Action<RunNotice> notify, CancellationToken ct)
    {
        var record = await Store.FindAsync(run, ct) ?? throw RunErrors.Unknown(run);
        var options = await Store.OptionsAsync(run, ct);
        if (!options.ShareLoad && options.Debezium is not { ApplyParts: > 0 }) throw RunErrors.IsNotShared(run);
        await using var source = factory.OpenSource(options, record.Id);
        await using var target = factory.OpenTarget(options, record.Id);
        source.Notify = notify;
        return await new WorkerShift(Store, options, source, target, worker, time, notify).RunAsync(ct);
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
        var record = await Store.FindAsync(name, ct) ?? throw RunErrors.Unknown(name);
        var options = await Store.OptionsAsync(name, ct);
        await using var lease = await Store.AcquireAsync(name, ct);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(ct, lease.Lost);
        record = await Store.FindAsync(name, ct) ?? record;
        var report = await StoredReport.ReadAsync(Store, record, ct) ?? new RunReport();
        if (Ended(record, options.Strategy, demand?.Request, report) is { } ended) return ended;
        await using var source = factory.OpenSource(options, record.Id);
        await using var target = factory.OpenTarget(options, record.Id);
        var run = new RunContext
        {
            Options = options, Store = Store, Source = source, Target = target, Assessor = factory.OpenAssessor(options),
            Fence = lease.Token, Board = BoardOf(options, progress), Time = time, Demand = demand, Report = report,
        };
        source.Notify = run.Board.Notify;
        if ((record.FailedIn ?? record.State) is RunState.Cdc or RunState.Validation or RunState.Cutover) run.Board.Safety = SafetyLine.Of(report.WritableSide);
        return await ReportingAsync(run.Board, async () =>
        {
            try
            {
                return await new RunDriver(run, Phases()).DriveAsync(await RedirectAsync(record, run, ct), held.Token);
            }
            catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw RunErrors.Overtaken(name);
            }
            finally
            {
                await run.StopChangesAsync();
            }
        });
    }

    private static async Task<T> ReportingAsync<T>(ProgressBoard board, Func<Task<T>> work)
    {
        using var ended = new CancellationTokenSource();
        var reporter = board.RunAsync(ended.Token);
        try
        {
            return await work();
        }
        finally
        {
            await ended.CancelAsync();
            await reporter;
        }
    }

    private static IReadOnlyList<IMigrationPhase> Phases() =>
        [new AssessmentPhase(), new FullLoadPhase(), new CdcPhase(), new ValidationPhase(), new CutoverPhase(), new RollbackPhase()];

    /// <summary>The answer where nothing is to be done, or can be; null if something is.</summary>
    private static RunResult? Ended(RunRecord record, MigrationStrategy strategy, RunRequest? request, RunReport report)
    {
        var copies = strategy == MigrationStrategy.ParallelBatch;
        var done = (request, record.State) switch
        {
            (RunRequest.Cutover, _) when copies => false,
            (RunRequest.Rollback, RunState.FullLoad or RunState.Validation or RunState.Failed) when report.CopyIsOpen => false,
            (_, var state) when !MigrationStateMachine.IsFinal(state) => (bool?)null,
            (null or RunRequest.Cutover, RunState.Complete) => true,
            (RunRequest.Rollback, RunState.RolledBack or RunState.Aborted) => true,
            _ => false,
        };
        if (done is null) return null;
        var (why, fix) = record.State switch
        {
            RunState.Aborted => ("it is aborted", "Start a new run with: orchestrator migrate."),
            RunState.RolledBack => ("it is rolled back", "Start a new run with: orchestrator migrate."),
            not RunState.Complete when report.CopyIsOpen => ("the copy is complete and the target open", "Finish the run with: orchestrator resume."),
            _ when copies => ("parallel-batch only copies, the source keeps the writes", "See the run's report."),
            _ => ("it is complete", "The target takes the writes; there is no way back without reverse replication (docs/limits.md)."),
        };
        var error = RunErrors.Over(record.Name, request?.ToString().ToLowerInvariant() ?? "resume", why, fix);
        return new RunResult(done.Value ? RunOutcome.Done : RunOutcome.Refused, record.Name, record.State, report, [], done.Value ? [] : [error]);
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

    /// <summary>Of several files each.</summary>
    private static string Address(string urls)
    {
        var several = urls.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return several.Length > 1 && several.All(u => u.Contains("://", StringComparison.Ordinal)) ? string.Join(", ", several.Select(AddressOf)) : AddressOf(urls);
    }

    private static string AddressOf(string url)
    {
        var to = DatabaseUrl.Parse(url);
        return $"{to.Host}{(to.Port is { } port ? $":{port}" : "")}/{to.Database}";
    }
}
