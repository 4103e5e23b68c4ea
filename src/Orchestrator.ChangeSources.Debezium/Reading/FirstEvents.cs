using Orchestrator.ChangeSources.Debezium.Envelope;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// Counts how often the first event of each transaction came, and whether it was the same each time. A connector that was
/// restarted within a transaction either sends all of it again, with the same numbers, or goes on behind what it had
/// stored, counting from 1 (debezium/dbz#633); only the event itself tells which.
/// </summary>
internal sealed class FirstEvents
{
    private readonly Dictionary<TransactionKey, (int Times, int Digest, bool Differ)> _seen = [];

    public void Add(TransactionKey key, int digest)
    {
        if (!_seen.TryGetValue(key, out var seen)) seen = (0, digest, false);
        _seen[key] = (seen.Times + 1, seen.Digest, seen.Differ || seen.Digest != digest);
    }

    public bool Any(TransactionKey key) => _seen.ContainsKey(key);

    /// <summary>They are not the same.</summary>
    public bool Differ(TransactionKey key) => _seen.TryGetValue(key, out var seen) && seen.Differ;

    /// <summary>It came once for each BEGIN, so the transaction was sent from its start each time; or nothing says it was not.</summary>
    public bool AreThere(BegunTransaction transaction) => !transaction.IsRestarted || (_seen.TryGetValue(transaction.Key, out var seen) && seen.Times >= transaction.Begins);

    public void Forget(TransactionKey key) => _seen.Remove(key);
}
