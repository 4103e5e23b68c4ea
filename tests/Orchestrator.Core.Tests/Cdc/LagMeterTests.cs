using Orchestrator.Core.Positions;
using Orchestrator.Pipeline.Cdc;

namespace Orchestrator.Core.Tests.Cdc;

public sealed class LagMeterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly LagMeter _meter;

    public LagMeterTests() => _meter = new LagMeter(_time);

    [Fact]
    public void The_age_of_a_backlog_from_before_is_not_known()
    {
        Assert.Null(_meter.Lag(Second));
        _meter.Sample(At(100));
        _meter.Applied(At(50));
        Assert.Null(_meter.Lag(Second));
        _meter.Applied(At(100));
        Assert.Equal(TimeSpan.Zero, _meter.Lag(Second));
    }

    [Fact]
    public void Lag_is_the_age_of_the_last_sample_that_is_applied()
    {
        for (var i = 1; i <= 10; i++)
        {
            _meter.Sample(At(i * 100));
            _time.Advance(Second);
        }

        _meter.Applied(At(350));
        Assert.Equal(8 * Second, _meter.Lag(Second)); // the sample at 300 is eight seconds old
        _meter.Applied(At(1000));
        Assert.Equal(TimeSpan.Zero, _meter.Lag(Second));
    }

    [Fact]
    public void A_source_that_is_not_asked_any_more_makes_the_lag_grow_although_all_samples_are_applied()
    {
        _meter.Sample(At(100));
        _meter.Applied(At(100));
        _time.Advance(3 * Second);
        Assert.Equal(TimeSpan.Zero, _meter.Lag(Second));
        _time.Advance(Second);
        Assert.Equal(4 * Second, _meter.Lag(Second));
    }

    [Fact]
    public void A_day_of_stall_is_kept_in_bounded_samples_and_still_told_closely()
    {
        _meter.Applied(At(0));
        for (var i = 1; i <= 86_400; i++)
        {
            _meter.Sample(At(i));
            _time.Advance(Second);
        }

        _meter.Applied(At(43_200));
        Assert.InRange(_meter.Lag(Second)!.Value.TotalSeconds, 43_200, 43_200 + 130);
        _meter.Applied(At(86_400));
        Assert.Equal(TimeSpan.Zero, _meter.Lag(Second));
    }

    private static LsnPosition At(int lsn) => new(new Lsn((ulong)lsn));
}
