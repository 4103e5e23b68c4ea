using Orchestrator.Core.Positions;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>
/// Tells how far behind the source we are without trusting the stream: samples the source's present position with its
/// time, and looks which sample the applied position has passed. A source that cannot be asked makes the lag grow.
/// </summary>
public sealed class LagMeter(TimeProvider time)
{
    private const int MostSamples = 4096;
    private readonly Lock _gate = new();
    private readonly LinkedList<(SourcePosition Position, DateTimeOffset At)> _samples = new();
    private DateTimeOffset? _passed;
    private int _stride = 1;
    private int _sinceLast;

    public void Sample(SourcePosition present)
    {
        lock (_gate)
        {
            if (++_sinceLast < _stride && _samples.Last is { } last)
            {
                last.Value = (present, time.GetUtcNow());
                return;
            }

            _sinceLast = 0;
            _samples.AddLast((present, time.GetUtcNow()));
            if (_samples.Count <= MostSamples) return;
            // A long stall keeps every other sample, and from here on only half as many: the lag is exact to that interval.
            _stride *= 2;
            for (var node = _samples.First!.Next; node?.Next is { } next; node = next.Next) _samples.Remove(node);
        }
    }

    /// <summary>Everything before the position is applied.</summary>
    public void Applied(SourcePosition position)
    {
        lock (_gate)
        {
            while (_samples.First is { } first && first.Value.Position <= position)
            {
                _passed = first.Value.At;
                _samples.RemoveFirst();
            }

            if (_samples.Count == 0) _stride = 1;
        }
    }

    /// <summary>Zero if the last sample is passed and fresh; null before a first one is.</summary>
    /// <param name="interval">Time between samples; what is within it counts as now.</param>
    public TimeSpan? Lag(TimeSpan interval)
    {
        lock (_gate)
        {
            var lag = time.GetUtcNow() - _passed;
            return _samples.Count == 0 && lag <= 3 * interval ? TimeSpan.Zero : lag;
        }
    }
}
