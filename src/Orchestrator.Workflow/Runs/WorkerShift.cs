using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Cdc;

namespace Orchestrator.Workflow.Runs;

/// <summary>A worker of its own process: applies its share while the run follows changes, waits while it does not, ends with it.</summary>
internal sealed class WorkerShift(
    IRunStore store, MigrationOptions options, ISourceEngine source, ITargetEngine target, string worker, TimeProvider time, Action<RunNotice> notify)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public async Task<WorkerResult> RunAsync(CancellationToken ct)
    {
        var (steps, rows) = (0L, 0L);
        RunState? said = null;
        while (true)
        {
            var state = await StateAsync(ct);
            if (IsOver(state)) return new WorkerResult(state, steps, rows);
            if (Follows(state) && await IsOnTargetAsync(ct))
            {
                var runner = new PartRunner(source, target, FollowedAsync, worker, ChangeBatchLimits.Default with { MaxChanges = options.BatchSize }, time, notify);
                await WorkAsync(runner, ct);
                (steps, rows, said) = (steps + runner.Steps, rows + runner.Rows, null);
                continue;
            }

            if (said != state) notify(new RunNotice(NoticeLevel.Information, "the run is not following changes: waiting", new KeyValuePair<string, string>("state", $"{state}".ToLowerInvariant())));
            said = state;
            await Task.Delay(LookEvery, time, ct);
        }
    }

    /// <summary>Changes are followed here, or will not be any more.</summary>
    private static bool Follows(RunState state) => state is RunState.Cdc or RunState.Validation or RunState.Cutover;

    private static bool IsOver(RunState state) => state is RunState.Complete or RunState.Rollback || MigrationStateMachine.IsFinal(state);

    private async Task<RunState> StateAsync(CancellationToken ct) =>
        (await store.FindAsync(options.RunName, ct) ?? throw RunErrors.Unknown(options.RunName)).State;

    /// <summary>Returns when the run no longer follows changes.</summary>
    private async Task WorkAsync(PartRunner runner, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = runner.RunAsync(stop.Token);
        var watch = UntilItStopsAsync(stop.Token);
        var first = await Task.WhenAny(work, watch);
        // The end of a run takes away what the worker works with: whether it is one decides what an error means.
        await stop.CancelAsync();
        await Task.WhenAll(work, watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        if (first == watch || (Follows(await StateAsync(ct)) && await IsOnTargetAsync(ct))) await first;
    }

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

    private async Task UntilItStopsAsync(CancellationToken ct)
    {
        while (Follows(await StateAsync(ct))) await Task.Delay(LookEvery, time, ct);
    }

    private async Task<IReadOnlyList<FollowedTable>> FollowedAsync(CancellationToken ct)
    {
        var plan = await StoredPlan.ReadAsync(store, options.RunName, ct);
        var ledger = await target.Ledger.ReadAsync(ct);
        return plan is not null && ledger is not null
            ? StoredPlan.Followed(plan, ledger)
            : throw new OrchestratorException(ErrorKind.Transient, "E-CDC-003", "The run's plan or its record on the target is not there (any more).");
    }
}
