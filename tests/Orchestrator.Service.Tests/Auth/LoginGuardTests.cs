using Orchestrator.Service.Auth;

namespace Orchestrator.Service.Tests.Auth;

/// <summary>CASES S8.</summary>
public sealed class LoginGuardTests
{
    private readonly SetClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LoginGuard _guard;

    public LoginGuardTests() => _guard = new LoginGuard(_clock);

    [Fact]
    public void S8_account_is_closed_after_five_failures_from_anywhere_and_for_longer_each_time()
    {
        for (var i = 0; i < 4; i++) _guard.Failed("a@x", $"10.0.0.{i}");
        Assert.Null(_guard.Wait("a@x", "10.0.0.9"));

        _guard.Failed("a@x", "10.0.0.4");
        Assert.Equal(TimeSpan.FromMinutes(1), _guard.Wait("a@x", "10.0.0.9"));
        Assert.Null(_guard.Wait("b@x", "10.0.0.9"));

        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Null(_guard.Wait("a@x", "10.0.0.9"));
        _guard.Failed("a@x", "10.0.0.4");
        Assert.Equal(TimeSpan.FromMinutes(2), _guard.Wait("a@x", "10.0.0.9"));
    }

    [Fact]
    public void S8_address_that_tries_many_accounts_is_not_listened_to()
    {
        for (var i = 0; i < 30; i++) _guard.Failed($"{i}@x", "10.0.0.1");

        Assert.NotNull(_guard.Wait("new@x", "10.0.0.1"));
        Assert.Null(_guard.Wait("new@x", "10.0.0.2"));
    }

    [Fact]
    public void S8_right_password_forgives_the_account_and_not_the_address()
    {
        for (var i = 0; i < 30; i++) _guard.Failed("a@x", "10.0.0.1");
        _guard.Succeeded("a@x");

        Assert.Null(_guard.Wait("a@x", "10.0.0.2"));
        Assert.NotNull(_guard.Wait("a@x", "10.0.0.1"));
    }
}
