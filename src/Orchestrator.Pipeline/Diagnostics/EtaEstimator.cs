using Orchestrator.Core.Runs;

namespace Orchestrator.Pipeline.Diagnostics;

/// <summary>
/// Says how long work still takes from how fast it went in the last five minutes, newer minutes counting more. Says
/// nothing before 2 % of the planned bytes and 30 s; gives a range when the rate varies by more than a quarter.
/// One per phase; feed it about once a second.
/// </summary>
public sealed class EtaEstimator
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);
    private readonly Queue<(DateTimeOffset At, long Bytes)> _marks = new();
    private (DateTimeOffset At, long Bytes) _newest;
    private DateTimeOffset? _began;

    /// <param name="at">When.</param>
    /// <param name="bytesDone">Planned bytes done so far; never falls within a phase.</param>
    public void Observe(DateTimeOffset at, long bytesDone)
    {
        _began ??= at;
        if (_marks.Count == 0 || at - _marks.Last().At >= Slice) _marks.Enqueue((at, bytesDone));
        _newest = (at, bytesDone);
        while (_marks.Count > 2 && at - _marks.Peek().At > Window) _marks.Dequeue();
    }

    /// <summary>Null: not known yet, or nothing moves.</summary>
    public EtaRange? Estimate(long bytesPlanned)
    {
        if (_began is not { } began || _newest.At - began < Quiet || _newest.Bytes < 0.02 * bytesPlanned) return null;
        if (_newest.Bytes >= bytesPlanned) return new EtaRange(TimeSpan.Zero, TimeSpan.Zero);
        var rates = Rates();
        var weights = rates.Select((_, i) => i + 1.0).ToArray();
        var mean = rates.Zip(weights, (r, w) => r * w).Sum() / weights.Sum();
        if (mean <= 0) return null;
        var spread = Math.Sqrt(rates.Zip(weights, (r, w) => w * (r - mean) * (r - mean)).Sum() / weights.Sum());
        var left = bytesPlanned - _newest.Bytes;
        if (2 * spread / mean <= 0.25) return new EtaRange(Seconds(left / mean), Seconds(left / mean));

        // A stalled slice would make the upper end infinite; four times the mean says "unknown" well enough.
        return new EtaRange(Seconds(left / (mean + spread)), Seconds(left / Math.Max(mean - spread, mean / 4)));
    }

    private List<double> Rates()
    {
        var rates = new List<double>();
        var before = _marks.Peek();
        foreach (var mark in _marks.Skip(1).Append(_newest))
        {
            var seconds = (mark.At - before.At).TotalSeconds;

            // The last piece may be short; below half a slice its rate is noise.
            if (seconds < Slice.TotalSeconds / 2) continue;
            rates.Add((mark.Bytes - before.Bytes) / seconds);
            before = mark;
        }

        return rates;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds));
}
