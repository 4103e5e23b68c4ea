using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Pipeline.Cdc;

namespace Orchestrator.Workflow.Runs;

/// <summary>The change apply that runs beside the phases from Cdc to the end of the cutover.</summary>
public sealed class ChangeSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _failed;
    private Task _running = Task.CompletedTask;
    private PartRunner? _worker;

    private ChangeSession(CdcRunner flow, CancellationTokenSource failed)
    {
        Flow = flow;
        _failed = failed;
    }

    public CdcRunner Flow { get; }

    /// <summary>Why it ended by itself; null while it runs.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Cancelled when it ends by itself; the run's own token for that.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>Starts to apply from the ledger's checkpoint.</summary>
    public static async Task<ChangeSession> StartAsync(RunContext run, CancellationToken ct)
    {
        var ledger = await run.Target.Ledger.ReadAsync(ct) ?? throw new OrchestratorException(
            ErrorKind.Data, "E-TGT-009", "The target no longer knows this run: its schema orchestrator is gone.",
            "Roll the run back and start a new one.");
        var plan = await run.PlanAsync(ct);
        // Takes the run over on the target too: whoever drove it before is refused from here on.
        await run.Target.Ledger.OpenAsync(plan.DatabaseIdentity, run.Fence, ct);
        ledger = await run.Target.Ledger.ReadAsync(ct) ?? ledger;
        var tables = StoredPlan.Followed(plan, ledger);
        var limits = ChangeBatchLimits.Default with { MaxChanges = run.Options.BatchSize };
        var session = new ChangeSession(new CdcRunner(run.Source, run.Target, tables, run.Fence, limits, run.Time, run.Board.Notify), run.ChangesFailedSource)
        {
            // Without other processes this one has all parts, so that the run goes on.
            _worker = run.Options.Debezium is { ApplyParts: > 0 }
                ? new PartRunner(run.Source, run.Target, _ => Task.FromResult(tables), "the driving process", limits, run.Time, run.Board.Notify) : null,
        };
        session._running = session.RunAsync();
        while (!session.Flow.IsStarted && !session.Failed.IsCancellationRequested) await Task.Delay(TimeSpan.FromMilliseconds(5), run.Time, ct);
        run.Board.Flow = session.Flow;
        return session;
    }

    /// <summary>Stops applying; what was committed stays, what was not is applied again by the next session.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await FollowAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            Fault = e;
            await _failed.CancelAsync();
        }
    }

    /// <summary>What ends one ends both.</summary>
    private async Task FollowAsync()
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var flow = Flow.RunAsync(both.Token);
        if (_worker is null)
        {
            await flow;
            return;
        }

        var work = _worker.RunAsync(both.Token);
        var ended = await Task.WhenAny(flow, work);
        await both.CancelAsync();
        await Task.WhenAll(flow, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended;
    }
}
