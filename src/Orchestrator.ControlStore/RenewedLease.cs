using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>
/// The right to drive a run until a time of the server's, which is put off while the process lives. A process that is
/// paused, or cut off from the database, loses it: then <see cref="Lost"/> is cancelled, and whatever it still tries to
/// write bears a token that is too old.
/// </summary>
internal sealed class RenewedLease : IRunLease
{
    /// <summary>How long it lasts without being renewed.</summary>
    public const int Seconds = 15;

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(3);

    private readonly IStoreDatabase _store;
    private readonly string _run;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _renewing;

    public RenewedLease(IStoreDatabase store, string run, FencingToken token, TimeProvider clock)
    {
        (_store, _run, Token, _clock) = (store, run, token, clock);
        _renewing = RenewAsync();
    }

    public FencingToken Token { get; }

    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        try
        {
            await ChangeAsync("NULL", CancellationToken.None);
        }
        catch (OrchestratorException) when (_stop.IsCancellationRequested)
        {
            // It ends by itself.
        }

        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        var renewed = _clock.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(RenewEvery, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested) return;
            var began = _clock.GetTimestamp();
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                limit.CancelAfter(TimeSpan.FromSeconds(Seconds) - RenewEvery);
                if (!await ChangeAsync($"clock_timestamp() + interval '{Seconds} s'", limit.Token)) break;
                renewed = began;
            }
            catch (Exception e) when (e is OrchestratorException or OperationCanceledException)
            {
                // Tried again while it lasts.
            }

            if (_clock.GetElapsedTime(renewed) > TimeSpan.FromSeconds(Seconds)) break;
        }

        if (!_stop.IsCancellationRequested) await _lost.CancelAsync();
    }

    /// <returns>False: it is ours no more.</returns>
    private Task<bool> ChangeAsync(string until, CancellationToken ct) => _store.InTransactionAsync(
        async t => await Dapper.SqlMapper.ExecuteAsync(
            t.Connection!, $"UPDATE run SET held_until = {until} WHERE name = @run AND fence = @fence", new { run = _run, fence = Token.Value }, t) == 1,
        ct);
}
