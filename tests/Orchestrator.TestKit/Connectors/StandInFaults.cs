namespace Orchestrator.TestKit;

/// <summary>A record as it is about to be sent. Key or value null: none, as of a tombstone.</summary>
public sealed record StandInRecord(string Topic, string? Key, string? Value);

/// <summary>What goes wrong in a <see cref="StandInConnect"/>, on request. May be used while it works.</summary>
public sealed class StandInFaults
{
    private readonly Lock _lock = new();
    private readonly List<Predicate<StandInRecord>> _losses = [];
    private readonly List<Predicate<StandInRecord>> _doubles = [];
    private int _refusals;
    private int _crashAfter = -1;

    /// <summary>
    /// The task ends in state FAILED after that many more events of tables, mostly in the middle of a transaction; nothing of
    /// that transaction is confirmed, so that all of it is sent again when the task is restarted.
    /// </summary>
    public void CrashAfter(int events)
    {
        lock (_lock) _crashAfter = events;
    }

    /// <summary>The next record that matches is sent twice in a row.</summary>
    public void Duplicate(Predicate<StandInRecord> which)
    {
        lock (_lock) _doubles.Add(which);
    }

    /// <summary>The next record that matches is not sent, though counted: what a consumer has to notice.</summary>
    public void LoseEvent(Predicate<StandInRecord> which)
    {
        lock (_lock) _losses.Add(which);
    }

    /// <summary>The next requests are answered with status 409, as during a rebalance.</summary>
    public void RefuseNext(int requests)
    {
        lock (_lock) _refusals = requests;
    }

    /// <summary>How often a record is to be sent.</summary>
    internal int TimesToSend(StandInRecord record)
    {
        lock (_lock) return Take(_losses, record) ? 0 : Take(_doubles, record) ? 2 : 1;
    }

    /// <summary>This event is the last.</summary>
    internal bool CrashesNow()
    {
        lock (_lock) return _crashAfter >= 0 && _crashAfter-- == 0;
    }

    internal bool RefusesNow()
    {
        lock (_lock) return _refusals > 0 && _refusals-- > 0;
    }

    private static bool Take(List<Predicate<StandInRecord>> plans, StandInRecord record)
    {
        var index = plans.FindIndex(p => p(record));
        if (index < 0) return false;
        plans.RemoveAt(index);
        return true;
    }
}
