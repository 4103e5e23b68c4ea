namespace Orchestrator.Engines.MySql.Native;

/// <summary>
/// Ends a connection whose server has said nothing for too long while somebody waits for it. The library has a limit of its
/// own for that, which cannot be used: over TLS it takes every signal the runtime sends to the waiting thread for the end of
/// the time (Connector/C 3.3: a read with SO_RCVTIMEO is not restarted, and the limit is then taken for milliseconds).
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    /// <summary>How often it looks within the time: the end comes at most a part later.</summary>
    private const int Looks = 4;

    private readonly Action _end;
    private readonly Timer _timer;
    private long _turns;
    private long _seen;
    private int _same;

    /// <param name="longest">The longest silence.</param>
    /// <param name="end">Ends what is waited for, from any thread; may be called again.</param>
    public SilenceWatch(TimeSpan longest, Action end)
    {
        _end = end;
        _timer = new Timer(_ => Look(), null, longest / Looks, longest / Looks);
    }

    /// <summary>Before and after each wait: an odd number of turns means that somebody waits.</summary>
    public void Turn() => Volatile.Write(ref _turns, _turns + 1);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var turns = Volatile.Read(ref _turns);
        _same = turns == _seen && turns % 2 == 1 ? _same + 1 : 0;
        _seen = turns;
        if (_same >= Looks) _end();
    }
}
