using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Pipeline.Cdc;
using static Orchestrator.Core.Tests.Cdc.Batches;

namespace Orchestrator.Core.Tests.Cdc;

public sealed class FlowGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly FlowGate _gate = new();

    [Fact]
    public async Task Without_a_holder_everything_passes()
    {
        var batch = Of(20, (10, 2));
        Assert.Equal((batch, null), await _gate.EnterAsync(batch, CancellationToken.None));
    }

    [Fact]
    public async Task A_holder_waits_for_the_open_transaction_and_stops_the_next()
    {
        await _gate.EnterAsync(Part(9, false, (10, 1)), CancellationToken.None);
        var hold = _gate.HoldAsync(CancellationToken.None);
        Assert.False(hold.IsCompleted);
        // The rest of the open transaction is never held back.
        Assert.Null((await _gate.EnterAsync(Of(11, (10, 1)), CancellationToken.None)).Later);
        _gate.Leave();
        await hold.WaitAsync(Patience);

        var next = _gate.EnterAsync(Of(20, (15, 1)), CancellationToken.None);
        Assert.False(next.IsCompleted);
        _gate.Release();
        Assert.NotNull((await next.WaitAsync(Patience)).Now);
    }

    [Fact]
    public async Task A_holder_lets_the_open_transaction_end_and_nothing_behind_it_begin()
    {
        await _gate.HoldAsync(CancellationToken.None);
        var entering = _gate.EnterAsync(Part(9, false, (10, 1)), CancellationToken.None);
        var advance = _gate.AdvanceAsync(At(20), () => false, CancellationToken.None);
        await entering.WaitAsync(Patience);

        var (now, later) = await _gate.EnterAsync(Of(40, (10, 1), (30, 1)), CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(At(10), Assert.Single(now.Transactions).CommitPosition);
        Assert.True(now.EndsTransaction);
        Assert.Equal(At(30), Assert.Single(later!.Transactions).CommitPosition);
        Assert.False(advance.IsCompleted);
        _gate.Leave();
        var blocked = _gate.EnterAsync(later, CancellationToken.None);
        await advance.WaitAsync(Patience);
        Assert.False(blocked.IsCompleted);
    }

    [Fact]
    public async Task A_hold_whose_wait_was_cancelled_holds_nothing()
    {
        await _gate.EnterAsync(Of(20, (10, 1)), CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var hold = _gate.HoldAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hold);
        _gate.Leave();

        Assert.NotNull((await _gate.EnterAsync(Of(30, (25, 1)), CancellationToken.None).WaitAsync(Patience)).Now);
        _gate.Leave();
        await _gate.HoldAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task Advance_lets_exactly_what_committed_before_the_position_through()
    {
        await _gate.HoldAsync(CancellationToken.None);
        var entering = _gate.EnterAsync(Of(40, (10, 1), (20, 1), (30, 1)), CancellationToken.None);
        var applied = At(0);

        var advance = _gate.AdvanceAsync(At(20), () => applied >= At(20), CancellationToken.None);
        var (now, later) = await entering.WaitAsync(Patience);
        Assert.Equal([10], Commits(now));
        Assert.Equal([20, 30], Commits(later!));
        Assert.False(advance.IsCompleted);
        applied = At(20);
        _gate.Leave();
        await advance.WaitAsync(Patience);

        entering = _gate.EnterAsync(later!, CancellationToken.None);
        await Task.Delay(20);
        Assert.False(entering.IsCompleted);
        _gate.Release();
        await entering.WaitAsync(Patience);
    }

    [Fact]
    public async Task Advance_to_a_position_nothing_lies_before_returns_at_the_next_transaction()
    {
        await _gate.HoldAsync(CancellationToken.None);
        var entering = _gate.EnterAsync(Of(40, (30, 1)), CancellationToken.None);

        await _gate.AdvanceAsync(At(20), () => false, CancellationToken.None).WaitAsync(Patience);

        Assert.False(entering.IsCompleted);
        _gate.Release();
        await entering.WaitAsync(Patience);
    }

    /// <summary>Holders that come and go never see a change while they hold, and never stop the loop for good.</summary>
    [Fact]
    public async Task Many_holders_at_once_each_hold_alone_and_the_loop_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var (applied, end) = (0, 0);
        var loop = Task.Run(async () =>
        {
            for (var at = 10; !stop.IsCancellationRequested; at += 10)
            {
                for (ChangeBatch? rest = Of(at + 1, (at - 5, 1), (at, 1)); rest is not null;)
                {
                    (var now, rest) = await _gate.EnterAsync(rest, stop.Token);
                    Interlocked.Add(ref applied, now.Transactions.Count);
                    Volatile.Write(ref end, (int)((LsnPosition)now.End).Lsn.Value);
                    _gate.Leave();
                    await Task.Yield();
                }
            }
        });
        var holders = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await _gate.HoldAsync(CancellationToken.None);
                var before = Volatile.Read(ref applied);
                await Task.Delay(n % 2);
                Assert.Equal(before, Volatile.Read(ref applied));
                var position = Volatile.Read(ref end) + 17 + n;
                await _gate.AdvanceAsync(At(position), () => Volatile.Read(ref end) >= position, CancellationToken.None);
                Assert.True(Volatile.Read(ref end) <= position, "past the position");
                _gate.Release();
            }
        }));

        await Task.WhenAll(holders).WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await loop;
            throw new OperationCanceledException(); // it may also end between two batches
        });
    }
}
