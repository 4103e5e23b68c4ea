using Orchestrator.Core.Runs;
using Orchestrator.Pipeline.Diagnostics;

namespace Orchestrator.Core.Tests.Diagnostics;

public sealed class EtaEstimatorTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Says_nothing_before_30_seconds_and_2_percent()
    {
        Assert.Null(After(29, _ => 100).Estimate(10_000));
        Assert.Null(After(60, _ => 1).Estimate(10_000));
        Assert.NotNull(After(31, _ => 100).Estimate(10_000));
        Assert.Null(new EtaEstimator().Estimate(10_000));
    }

    [Fact]
    public void Steady_rate_gives_one_figure()
    {
        var eta = After(100, _ => 100).Estimate(40_000)!.Value;

        Assert.Equal(eta.Least, eta.Most);
        Assert.Equal(300, eta.Least.TotalSeconds, 3.0);
    }

    [Fact]
    public void Changing_rate_gives_a_range_around_the_recent_rate()
    {
        var eta = After(200, s => s / 20 % 2 == 0 ? 50 : 150).Estimate(120_000)!.Value;

        Assert.True(eta.Least < TimeSpan.FromSeconds(1000) && eta.Most > TimeSpan.FromSeconds(1000), eta.ToString());
    }

    [Fact]
    public void Old_rate_is_forgotten_after_five_minutes()
    {
        var eta = After(900, s => s < 400 ? 1000 : 10).Estimate(500_000)!.Value;

        Assert.Equal(eta.Least, eta.Most);
        Assert.Equal((500_000 - 400_000 - 5000) / 10.0, eta.Least.TotalSeconds, 60.0);
    }

    [Fact]
    public void Nothing_moving_for_five_minutes_is_unknown_not_infinite() =>
        Assert.Null(After(800, s => s < 300 ? 100 : 0).Estimate(100_000));

    [Fact]
    public void Work_that_is_done_takes_no_time() =>
        Assert.Equal(new EtaRange(TimeSpan.Zero, TimeSpan.Zero), After(100, _ => 100).Estimate(10_000));

    private static EtaEstimator After(int seconds, Func<int, long> rate)
    {
        var estimator = new EtaEstimator();
        var done = 0L;
        for (var s = 0; s <= seconds; s++)
        {
            estimator.Observe(Start.AddSeconds(s), done);
            done += rate(s);
        }

        return estimator;
    }
}
