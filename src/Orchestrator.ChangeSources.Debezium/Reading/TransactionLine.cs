using Orchestrator.ChangeSources.Debezium.Envelope;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// What the transaction topic says: which transactions follow each other, and of how many events they are. A connector
/// tells of one after the other; what deviates is a restart of it, or a BEGIN without END (MySQL and MariaDB: a statement
/// that changes no rows, such as ALTER TABLE).
/// </summary>
internal sealed class TransactionLine(string topic, long appliedTo, long? recentFrom, int remembered)
{
    private readonly LinkedList<BegunTransaction> _line = new();
    private readonly Dictionary<TransactionKey, LinkedListNode<BegunTransaction>> _byKey = [];
    private readonly RecentTransactions _recent = new(remembered);

    /// <summary>Begun, followed by others without an END: sent in part when the connector was ended, to come again.</summary>
    private readonly Dictionary<TransactionKey, BegunTransaction> _void = [];
    private (TransactionKey Key, long Offset)? _restored;

    public BegunTransaction? Head => _line.First?.Value;

    public int Count => _line.Count;

    /// <summary>Where the topic must be read again from to know what is not handed on.</summary>
    public long ResumeAt => Math.Min(Head?.Offset ?? Math.Max(Next, appliedTo), _void.Count == 0 ? long.MaxValue : _void.Values.Min(t => t.Offset));

    /// <summary>Where transactions handed on last begin; null: none were. Until they are read again it stays as it was.</summary>
    public long? RecentFrom => Next < appliedTo ? recentFrom : _recent.From is { } from && from < ResumeAt ? from : null;

    /// <summary>After the last record that came.</summary>
    public long Next { get; private set; }

    /// <summary>The transaction is handed on already: its events are old.</summary>
    public bool IsOver(TransactionKey key) => _recent.Contains(key);

    /// <summary>Events of a transaction handed on already; null: not known.</summary>
    public long? CountOf(TransactionKey key) => _recent.CountOf(key);

    /// <summary>Its BEGIN was read, and it is not handed on.</summary>
    public bool IsAwaited(TransactionKey key) => _byKey.ContainsKey(key);

    public void Begin(TransactionKey key, long offset)
    {
        Note(offset);
        if (_line.Last is { Value.HasEnded: false } last)
        {
            if (last.Value.Key == key)
            {
                last.Value.Begins++;
                last.Value.IsRestarted = true;
                return;
            }

            Void(last);
        }

        if (offset < appliedTo) _restored = (key, offset);
        else if (_recent.Contains(key)) _recent.Add(key, offset, null);
        else if (!_byKey.ContainsKey(key)) Append(key, offset);
    }

    /// <param name="end">The END record.</param>
    /// <param name="offset">Of the record.</param>
    public void End(in DecodedEvent end, long offset)
    {
        // One that ends while another is open was sent again: the open one will be, too.
        if (_line.Last is { Value.HasEnded: false } last && last.Value.Key != end.Transaction) Void(last);
        if (offset < appliedTo)
        {
            // A BEGIN before what is applied means nothing by itself: the connector may have begun that one once more later.
            if (_restored is var (key, begin) && key == end.Transaction) _recent.Add(key, begin, end.TotalOrder);
        }
        else if (!_recent.Contains(end.Transaction))
        {
            // What stops here has to be read again: the record does not count as read.
            if (!_byKey.TryGetValue(end.Transaction, out var node)) throw MergeErrors.EndWithoutBegin(end.Transaction, topic, offset);
            if (node.Value.HasEnded && end.TotalOrder != node.Value.Count) throw MergeErrors.Renumbered(node.Value, topic);
            if (!node.Value.HasEnded) node.Value.End(end);
        }

        Note(offset);
    }

    /// <summary>The head is handed on, or was before.</summary>
    public void Close()
    {
        var head = Head!;
        _recent.Add(head.Key, head.Offset, head.Count);
        Remove(_line.First!);
    }

    private void Append(TransactionKey key, long offset)
    {
        if (_void.Remove(key, out var again)) again.Begins++;
        // A connector that was restarted further back would send what is known first: what was void changed no rows.
        else _void.Clear();
        _byKey.Add(key, _line.AddLast(again ?? new BegunTransaction(key, offset)));
    }

    private void Void(LinkedListNode<BegunTransaction> node)
    {
        Remove(node);
        _void[node.Value.Key] = node.Value;
    }

    private void Note(long offset) => Next = offset + 1;

    private void Remove(LinkedListNode<BegunTransaction> node)
    {
        _byKey.Remove(node.Value.Key);
        _line.Remove(node);
    }
}
