using System.Collections.Concurrent;

namespace Orchestrator.Service.Auth;

/// <summary>
/// Slows down whoever guesses passwords: after a few failures an account, or an address, is not listened to for a
/// minute, and twice as long after each further one (CASES S8). Kept in memory: a restart forgets it.
/// </summary>
internal sealed class LoginGuard(TimeProvider clock)
{
    /// <summary>Failures of one account before it is closed.</summary>
    private const int OfAccount = 5;

    /// <summary>Failures from one address, over all accounts: offices share one.</summary>
    private const int OfAddress = 30;

    /// <summary>More keys than this are forgotten, the oldest first.</summary>
    private const int Kept = 100_000;

    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, (int Failures, DateTimeOffset Last)> _failures = new();

    /// <summary>How long nobody is listened to; null: go on.</summary>
    public TimeSpan? Wait(string email, string address) => Later(Left("a:" + email, OfAccount), Left("i:" + address, OfAddress));

    public void Failed(string email, string address)
    {
        if (_failures.Count > Kept) Forget();
        foreach (var key in (string[])["a:" + email, "i:" + address])
            _failures.AddOrUpdate(key, _ => (1, clock.GetUtcNow()), (_, f) => (IsOld(f) ? 1 : f.Failures + 1, clock.GetUtcNow()));
    }

    /// <summary>The right password came: the account's failures are forgotten, those of the address are not.</summary>
    public void Succeeded(string email) => _failures.TryRemove("a:" + email, out _);

    private TimeSpan? Left(string key, int allowed)
    {
        if (!_failures.TryGetValue(key, out var f) || f.Failures < allowed || IsOld(f)) return null;
        var pause = First * Math.Pow(2, Math.Min(f.Failures - allowed, 10));
        var left = f.Last + (pause < Longest ? pause : Longest) - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    private bool IsOld((int Failures, DateTimeOffset Last) f) => clock.GetUtcNow() - f.Last > 2 * Longest;

    private void Forget()
    {
        foreach (var old in _failures.OrderBy(f => f.Value.Last).Take(Kept / 10)) _failures.TryRemove(old.Key, out _);
    }

    private static TimeSpan? Later(TimeSpan? one, TimeSpan? other) => one is null || other > one ? other ?? one : one;
}
