using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Asks something in the background again and again, one question at a time, at once to begin with.</summary>
internal sealed class Looks<T>(Func<CancellationToken, Task<T>> ask, TimeSpan every, TimeProvider time) : IDisposable
    where T : class
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _end = new();
    private Task<T>? _asking;
    private long _asked;
    private TimeSpan _pause = TimeSpan.Zero;

    /// <summary>The next question is due soon.</summary>
    public void Hurry() => _pause = _pause < _soon ? _pause : _soon;

    /// <summary>The answer, if one came since the last call.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">What the question ended with.</exception>
    public bool TryTake([NotNullWhen(true)] out T? answer)
    {
        answer = null;
        if (_asking is null)
        {
            if (_pause > TimeSpan.Zero && time.GetElapsedTime(_asked) < _pause) return false;
            _asking = Task.Run(() => ask(_end.Token), _end.Token);
            return false;
        }

        if (!_asking.IsCompleted) return false;
        var done = _asking;
        (_asking, _asked, _pause) = (null, time.GetTimestamp(), every);
        answer = done.GetAwaiter().GetResult();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        try
        {
            _asking?.Wait(TimeSpan.FromSeconds(15));
        }
        catch (AggregateException)
        {
            // Its answer is no longer wanted, whatever it is.
            _asking = null;
        }

        _end.Dispose();
    }
}
