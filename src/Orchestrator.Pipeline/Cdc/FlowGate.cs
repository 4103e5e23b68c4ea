using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>
/// Decides what the apply loop may apply next. Nobody holds: everything. A holder stops it between two transactions,
/// then lets it go on to a position.
/// </summary>
internal sealed class FlowGate
{
    private readonly Lock _state = new();
    private TaskCompletionSource _changed = New();
    private bool _held;
    private SourcePosition? _limit;
    private bool _busy;
    private bool _blocked;

    /// <summary>Completes at the next change of any kind: a commit, a hold, a release.</summary>
    public Task Changed
    {
        get
        {
            lock (_state) return _changed.Task;
        }
    }

    /// <summary>
    /// Waits until something of the batch may be applied and returns it with what is left for later. A target transaction
    /// that is open already is always gone on with.
    /// </summary>
    public async Task<(ChangeBatch Now, ChangeBatch? Later)> EnterAsync(ChangeBatch batch, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_state)
            {
                var (now, later) = Admit(batch);
                if (now is not null)
                {
                    (_busy, _blocked) = (true, false);
                    return (now, later);
                }

                if (!_blocked)
                {
                    _blocked = true;
                    Pulse();
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(ct);
        }
    }

    private (ChangeBatch? Now, ChangeBatch? Later) Admit(ChangeBatch batch)
    {
        if (!_held) return (batch, null);
        // The transaction that is open on the target is finished, what follows it in the batch is not begun.
        if (_busy) return BatchSplit.AfterFirst(batch);
        return _limit is null ? (null, batch) : BatchSplit.At(batch, _limit);
    }

    /// <summary>The target transaction is committed or gone.</summary>
    public void Leave()
    {
        lock (_state)
        {
            (_busy, _blocked) = (false, false);
            Pulse();
        }
    }

    /// <summary>Waits for an earlier holder, then stops the loop at the next transaction boundary.</summary>
    public async Task HoldAsync(CancellationToken ct)
    {
        await UntilAsync(() => !_held && (_held = true), ct);
        try
        {
            await UntilAsync(() => !_busy, ct);
        }
        catch (OperationCanceledException)
        {
            // Nobody will release a hold that was never handed out.
            Release();
            throw;
        }
    }

    /// <summary>Lets everything before the position through and waits until nothing of it is left.</summary>
    /// <param name="position">The new limit.</param>
    /// <param name="reached">Whether the committed checkpoint has the position.</param>
    /// <param name="ct">Stops waiting.</param>
    public async Task AdvanceAsync(SourcePosition position, Func<bool> reached, CancellationToken ct)
    {
        lock (_state)
        {
            (_limit, _blocked) = (position, false);
            Pulse();
        }

        await UntilAsync(() => !_busy && (_blocked || reached()), ct);
    }

    public void Release()
    {
        lock (_state)
        {
            (_held, _limit) = (false, null);
            Pulse();
        }
    }

    /// <param name="condition">Evaluated, and if true made effective, under the lock.</param>
    /// <param name="ct">Stops waiting.</param>
    private async Task UntilAsync(Func<bool> condition, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_state)
            {
                if (condition()) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(ct);
        }
    }

    private void Pulse()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
