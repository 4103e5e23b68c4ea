using Orchestrator.ChangeSources.Debezium.Envelope;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Transactions handed on last: a connector that was restarted sends what it did not know to be stored again (CASES C8).</summary>
internal sealed class RecentTransactions(int remembered)
{
    private readonly Queue<(TransactionKey Key, long Offset)> _order = new();
    private readonly Dictionary<TransactionKey, (int Times, long? Count)> _seen = [];

    public bool Contains(TransactionKey key) => _seen.ContainsKey(key);

    /// <summary>Its events; null: not known.</summary>
    public long? CountOf(TransactionKey key) => _seen.TryGetValue(key, out var seen) ? seen.Count : null;

    /// <summary>Offset of the oldest BEGIN remembered; null: there is none.</summary>
    public long? From => _order.TryPeek(out var oldest) ? oldest.Offset : null;

    /// <param name="key">Handed on, or begun again after it was.</param>
    /// <param name="offset">Of its BEGIN.</param>
    /// <param name="count">Its events; null: not known.</param>
    public void Add(TransactionKey key, long offset, long? count)
    {
        _order.Enqueue((key, offset));
        var before = _seen.GetValueOrDefault(key);
        _seen[key] = (before.Times + 1, count ?? before.Count);
        if (_order.Count <= remembered) return;
        var (oldest, _) = _order.Dequeue();
        var left = _seen[oldest];
        if (left.Times == 1) _seen.Remove(oldest);
        else _seen[oldest] = left with { Times = left.Times - 1 };
    }
}
