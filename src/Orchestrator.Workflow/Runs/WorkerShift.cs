using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Cdc;
using Orchestrator.Pipeline.FullLoad;

namespace Orchestrator.Workflow.Runs;

/// <summary>
/// A worker of its own process: copies and applies its share while the run does the like, waits while it does not, ends when there
/// will be nothing more to share.
/// </summary>
internal sealed class WorkerShift(
    IRunStore store, MigrationOptions options, ISourceEngine source, ITargetEngine target, string worker, TimeProvider time, Action<RunNotice> notify)
{
    /// <summary>Between them somebody may have to resume the run, and a server to start.</summary>
    private const int LoadTries = 40;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly bool _sharesChanges = options.Debezium is { ApplyParts: > 0 };

    public async Task<WorkerResult> RunAsync(CancellationToken ct)
    {
        var done = new WorkerResult(default, 0, 0, 0, 0);
        RunState? said = null;
        while (true)
        {
            var state = await StateAsync(ct);
            if (IsOver(state)) return done with { State = state };
            if (IsMine(state) && await IsOnTargetAsync(ct))
            {
                done = Loads(state) ? await LoadAsync(done, ct) : await FollowAsync(done, ct);
                said = null;
                continue;
            }

            if (said != state) notify(new RunNotice(NoticeLevel.Information, "the run does nothing that is shared: waiting", new KeyValuePair<string, string>("state", $"{state}".ToLowerInvariant())));
            said = state;
            await Task.Delay(LookEvery, time, ct);
        }
    }

    private bool IsMine(RunState state) => Loads(state) || (_sharesChanges && Follows(state));

    private bool Loads(RunState state) => options.ShareLoad && state == RunState.FullLoad;

    /// <summary>Changes are followed here, or will not be any more.</summary>
    private static bool Follows(RunState state) => state is RunState.Cdc or RunState.Validation or RunState.Cutover;

    private bool IsOver(RunState state) =>
        state is RunState.Complete or RunState.Rollback || MigrationStateMachine.IsFinal(state) || (!_sharesChanges && Follows(state));

    private async Task<RunState> StateAsync(CancellationToken ct) =>
        (await store.FindAsync(options.RunName, ct) ?? throw RunErrors.Unknown(options.RunName)).State;

    private async Task<WorkerResult> LoadAsync(WorkerResult before, CancellationToken ct)
    {
        var lanes = Enumerable.Range(0, options.ParallelWorkers).Select(_ => new LaneRunner(source.Capture.JoinViewAsync, target, PlannedAsync, worker, LoadTries, time, notify)).ToList();
        notify(new RunNotice(NoticeLevel.Information, "copying with the driving process", new("sessions", $"{lanes.Count}"), new("worker", worker)));
        await WorkAsync(token => AllAsync(lanes, token), ct);
        var (chunks, rows) = (lanes.Sum(l => l.Chunks), lanes.Sum(l => l.Rows));
        notify(new RunNotice(NoticeLevel.Information, "the load is over", new("chunks", $"{chunks}"), new("rows", $"{rows}"), new("worker", worker)));
        return before with { Chunks = before.Chunks + chunks, CopiedRows = before.CopiedRows + rows };
    }

    private async Task<WorkerResult> FollowAsync(WorkerResult before, CancellationToken ct)
    {
        var runner = new PartRunner(source, target, FollowedAsync, worker, ChangeBatchLimits.Default with { MaxChanges = options.BatchSize }, time, notify);
        await WorkAsync(runner.RunAsync, ct);
        return before with { Steps = before.Steps + runner.Steps, Rows = before.Rows + runner.Rows };
    }

    /// <summary>What ends one lane ends all.</summary>
    private static async Task AllAsync(List<LaneRunner> lanes, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = lanes.Select(l => l.RunAsync(stop.Token)).ToList();
        var first = await Task.WhenAny(work);
        await stop.CancelAsync();
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Returns when the run goes on to something else.</summary>
    private async Task WorkAsync(Func<CancellationToken, Task> share, CancellationToken ct)
    {
        var loads = Loads(await StateAsync(ct));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = share(stop.Token);
        var watch = UntilItStopsAsync(loads, stop.Token);
        var first = await Task.WhenAny(work, watch);
        // The end of a run takes away what the worker works with: whether it is one decides what an error means.
        await stop.CancelAsync();
        await Task.WhenAll(work, watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        if (first == watch || (IsStill(loads, await StateAsync(ct)) && await IsOnTargetAsync(ct))) await first;
    }

    private bool IsStill(bool loads, RunState state) => loads ? Loads(state) : Follows(state);

    /// <summary>False: its record there is removed, which is the last thing that is done before the run is over; or nobody can tell.</summary>
    private async Task<bool> IsOnTargetAsync(CancellationToken ct)
    {
        try
        {
            return await target.Ledger.ReadAsync(ct) is not null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Tables that go while they are read, or a server that is away: looked at again in a second.
            return false;
        }
    }

    private async Task UntilItStopsAsync(bool loads, CancellationToken ct)
    {
        while (IsStill(loads, await StateAsync(ct))) await Task.Delay(LookEvery, time, ct);
    }

    private async Task<IReadOnlyDictionary<TableRef, TableSchema>> PlannedAsync(CancellationToken ct) =>
        (await StoredPlan.ReadAsync(store, options.RunName, ct))?.Tables.ToDictionary(t => t.Table)
        ?? throw new OrchestratorException(ErrorKind.Transient, "E-SHARE-002", "The run's plan is not there yet.");

    private async Task<IReadOnlyList<FollowedTable>> FollowedAsync(CancellationToken ct)
    {
        var plan = await StoredPlan.ReadAsync(store, options.RunName, ct);
        var ledger = await target.Ledger.ReadAsync(ct);
        return plan is not null && ledger is not null
            ? StoredPlan.Followed(plan, ledger)
            : throw new OrchestratorException(ErrorKind.Transient, "E-CDC-003", "The run's plan or its record on the target is not there (any more).");
    }
}
