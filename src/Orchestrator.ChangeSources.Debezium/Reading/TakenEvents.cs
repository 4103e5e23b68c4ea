namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// Digests of the open transaction's events that were taken, in order: one that comes again with another content shows that
/// the connector numbered events anew.
/// </summary>
internal sealed class TakenEvents
{
    /// <summary>Of a larger transaction only so many can be told (4 bytes each).</summary>
    private const int AtMost = 1 << 22;
    private const int Keep = 1 << 16;

    private readonly List<int> _digests = [];

    public void Add(int digest)
    {
        if (_digests.Count < AtMost) _digests.Add(digest);
    }

    /// <param name="number">Of an event that was taken, from 1.</param>
    /// <param name="digest">Of the one that came again.</param>
    public bool MayBe(long number, int digest) => number > _digests.Count || _digests[(int)number - 1] == digest;

    public void Clear()
    {
        _digests.Clear();
        if (_digests.Capacity > Keep) _digests.Capacity = 0;
    }
}
