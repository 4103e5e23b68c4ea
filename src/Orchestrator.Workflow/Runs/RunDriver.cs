using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Phases;

namespace Orchestrator.Workflow.Runs;

/// <summary>
/// The single loop that owns a run: runs the state's phase, lets the table decide, records the transition, goes on.
/// Cancelling leaves the state as it is, so that resume goes on with the same phase.
/// </summary>
internal sealed class RunDriver(RunContext run, IReadOnlyList<IMigrationPhase> phases)
{
    private static readonly TimeSpan LookForRequests = TimeSpan.FromMilliseconds(300);

    /// <param name="record">The run as it is in the store.</param>
    /// <param name="ct">Stops cleanly.</param>
    public async Task<RunResult> DriveAsync(RunRecord record, CancellationToken ct)
    {
        if (record.State == RunState.Failed) record = await ReopenAsync(record, ct);
        while (!MigrationStateMachine.IsFinal(record.State) && run.Stop is null)
        {
            try
            {
                record = await StepAsync(record, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                return await FailAsync(record, e);
            }
        }

        await run.SaveReportAsync(CancellationToken.None);
        if (record.State == RunState.Complete && run.Demand?.Request == RunRequest.Rollback)
            await run.AnswerAsync(RunOutcome.Refused, "the run was completed meanwhile", CancellationToken.None);
        return Result(run.Stop ?? RunOutcome.Done, record.State);
    }

    private async Task<RunRecord> StepAsync(RunRecord record, CancellationToken ct)
    {
        var phase = phases.First(p => p.State == record.State);
        var result = run.Report.CopyIsOpen ? await FinishCopyAsync() : await RunPhaseAsync(phase, ct);
        var next = MigrationStateMachine.Next(record.State, result.Trigger);
        if (result.Trigger == MigrationTrigger.Error)
            return await run.Store.TransitionAsync(record, run.Fence, next, record.State, result.Why, result.Why, CancellationToken.None);
        if (next == RunState.Complete) run.Board.Enter("complete");
        await run.SaveReportAsync(CancellationToken.None);
        CrashPoint.Hit($"transition:{record.State}-{next}".ToLowerInvariant());
        return await run.Store.TransitionAsync(record, run.Fence, next, null, null, result.Why, CancellationToken.None);
    }

    private async Task<PhaseResult> FinishCopyAsync()
    {
        await Completion.CleanUpAsync(run, CancellationToken.None);
        return new PhaseResult(MigrationTrigger.Finished, "the copy was complete");
    }

    /// <summary>
    /// A phase also ends when the change apply beside it fails (that error is then the phase's), or when somebody asks
    /// for a rollback that the phase itself does not look for.
    /// </summary>
    private async Task<PhaseResult> RunPhaseAsync(IMigrationPhase phase, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, run.ChangesFailed);
        var watching = phase.State is RunState.FullLoad or RunState.Validation ? WatchForRollbackAsync(either) : Task.CompletedTask;
        try
        {
            return await phase.RunAsync(run, either.Token);
        }
        catch (OperationCanceledException) when (run.Changes?.Fault is { } fault && !ct.IsCancellationRequested)
        {
            throw run.Source.Describe(fault, "Following changes");
        }
        catch (OperationCanceledException) when (run.Demand?.Request == RunRequest.Rollback && !ct.IsCancellationRequested)
        {
            return new PhaseResult(MigrationTrigger.RollbackDue, "asked for");
        }
        finally
        {
            await either.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchForRollbackAsync(CancellationTokenSource phase)
    {
        while (run.Demand?.Request != RunRequest.Rollback)
        {
            await Task.Delay(LookForRequests, run.Time, phase.Token);
            await run.TakeDemandAsync(phase.Token);
        }

        await phase.CancelAsync();
    }

    private async Task<RunRecord> ReopenAsync(RunRecord record, CancellationToken ct) =>
        await run.Store.TransitionAsync(record, run.Fence, record.FailedIn ?? RunState.Assessment, null, null, "resumed", ct);

    private async Task<RunResult> FailAsync(RunRecord record, Exception e)
    {
        var error = run.Source.Describe(e, $"Phase {record.State}");
        run.Errors.Add(error);
        await run.SaveReportAsync(CancellationToken.None);
        // Whoever fenced us owns the record now: nothing of ours may change it.
        if (error.Kind != ErrorKind.Fenced)
        {
            await run.Store.TransitionAsync(
                record, run.Fence, RunState.Failed, record.State, $"{error.Code} {error.Message}", error.Code, CancellationToken.None);
            await run.AnswerAsync(RunOutcome.Failed, error.Message, CancellationToken.None);
        }

        return Result(RunOutcome.Failed, error.Kind == ErrorKind.Fenced ? record.State : RunState.Failed);
    }

    private RunResult Result(RunOutcome outcome, RunState state) =>
        new(outcome, run.Options.RunName, state, run.Report, run.Assessment?.Findings ?? [], run.Errors);
}
