using System.Diagnostics;
using Npgsql;

namespace Orchestrator.TestKit;

/// <summary>Counts what a writer sees; safe for its several connections.</summary>
internal sealed class WriterTally
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<WriterError> _errors = [];
    private long _committed, _rolledBack, _rejected;
    private TimeSpan _lastCommit, _longestGap;

    public void Ended(bool committed)
    {
        lock (_lock)
        {
            if (!committed)
            {
                _rolledBack++;
                return;
            }
            _committed++;
            var now = _watch.Elapsed;
            if (now - _lastCommit > _longestGap)
                _longestGap = now - _lastCommit;
            _lastCommit = now;
        }
    }

    public void Rejected() => Interlocked.Increment(ref _rejected);

    public void Failed(NpgsqlException error)
    {
        lock (_lock)
            _errors.Add(new WriterError(_watch.Elapsed, error.SqlState, error.Message));
    }

    public void ResetGap()
    {
        lock (_lock)
            (_longestGap, _lastCommit) = (TimeSpan.Zero, _watch.Elapsed);
    }

    public WriterReport Read()
    {
        lock (_lock)
            return new WriterReport(_committed, _rolledBack, Interlocked.Read(ref _rejected), [.. _errors], _longestGap, _watch.Elapsed);
    }
}
