using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// Puts the source's transactions together again, in the order they committed, from the records of all topics. The
/// transaction topic tells which comes next and of how many events it is; each event tells its number in it. A transaction
/// is handed on event by event once its END was read, never before: only END says where a transaction of PostgreSQL
/// committed, so whether it is old, and which tables' snapshots hold it. Until then its events wait here or, beyond the
/// limits, in Kafka.
/// Nothing waits for ever. Records of a partition keep the order they were sent in, so behind a held event of a later
/// transaction none of the one awaited can be: a partition is paused only while it holds such, and the transaction topic
/// only while transactions whose END was read wait.
/// Pure; feed it records in each partition's order, take from it until it has no more. Not for concurrent use.
/// </summary>
internal sealed class TransactionMerge : IDisposable
{
    /// <summary>What a producer has on its way to one broker at most, by its defaults: 5 requests of 1 MiB.</summary>
    private const int InFlightBytes = 5 << 20;

    private readonly MergeLimits _limits;
    private readonly string _topic;
    private readonly TransactionLine _line;
    private readonly FirstEvents _firsts = new();
    private readonly TakenEvents _taken = new();
    private readonly GtidMarks _gtids;
    private readonly Dictionary<(string, int), PartitionQueue> _partitions = [];
    private readonly List<PartitionQueue> _queues = [];
    private readonly List<PartitionQueue> _touched = [];
    private readonly IReadOnlyDictionary<(string Topic, int Partition), long> _startedAt;
    private PartitionQueue? _last;
    private SourcePosition _applied;
    private SourceTransaction _open;
    private SourcePoint _lastPoint;
    private long _done;
    private bool _hasNewFront = true;
    private bool _mustTurn;

    /// <param name="transactionTopic">Name of the connector's transaction topic; it has one partition.</param>
    /// <param name="from">Everything before is applied.</param>
    /// <param name="limits">How much is held back.</param>
    public TransactionMerge(string transactionTopic, SourcePosition from, MergeLimits limits)
    {
        (_topic, _limits) = (transactionTopic, limits);
        var relayed = from as RelayedPosition;
        _startedAt = relayed?.Offsets ?? new Dictionary<(string, int), long>();
        _applied = relayed?.Source ?? from;
        _line = new TransactionLine(transactionTopic, _startedAt.GetValueOrDefault((transactionTopic, 0)), relayed?.RecentFrom, limits.Remembered);
        _gtids = new GtidMarks((_applied as BinlogPosition)?.Gtids ?? "");
    }

    /// <summary>Part of a transaction was taken, and not its end.</summary>
    public bool InTransaction => _done > 0;

    /// <summary>Something is awaited that may be in a topic which was not there before: its first event creates it.</summary>
    public bool IsAwaiting => _line.Next == 0 || _line.Head is { HasEnded: true };

    /// <summary>Where the last transaction ended that was handed on wholly.</summary>
    public SourcePosition Applied => _applied;

    /// <summary>Everything up to the last end that was taken, and where to read on for what comes after it.</summary>
    public RelayedPosition Position
    {
        get
        {
            var offsets = new Dictionary<(string Topic, int Partition), long>(_startedAt);
            foreach (var queue in _queues) offsets[queue.Name] = queue.ResumeAt;
            offsets[(_topic, 0)] = _line.ResumeAt;
            return new RelayedPosition(_applied, offsets, _line.RecentFrom);
        }
    }

    /// <summary>Where the queue of a partition is; new ones begin empty.</summary>
    public PartitionQueue PartitionOf(string topic, int partition)
    {
        if (_partitions.TryGetValue((topic, partition), out var queue)) return queue;
        queue = new PartitionQueue(topic, partition);
        _partitions.Add(queue.Name, queue);
        if (topic != _topic) _queues.Add(queue);
        return queue;
    }

    /// <summary>Takes one record.</summary>
    /// <param name="queue">Its partition's; the event's images were appended to it.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="e">What it says.</param>
    /// <returns>False: it says nothing about a transaction.</returns>
    /// <exception cref="OrchestratorException">Data: it cannot belong here.</exception>
    public bool Add(PartitionQueue queue, long offset, in DecodedEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.TransactionBegin:
                _line.Begin(e.Transaction, offset);
                (_hasNewFront, _mustTurn) = (true, _mustTurn || _line.Count > _limits.Transactions);
                return true;
            case EventKind.TransactionEnd:
                _line.End(e, offset);
                _hasNewFront = true;
                return true;
            case EventKind.Change when e.IsSnapshot:
                throw MergeErrors.Snapshot(queue.Name.Topic, queue.Name.Partition, offset);
            case EventKind.Change or EventKind.Truncate when e.TotalOrder < 1:
                throw MergeErrors.NoTransaction(queue.Name.Topic, queue.Name.Partition, offset);
            case EventKind.Truncate when e.Source.File is not null:
                throw MergeErrors.Truncated(queue.Name.Topic, queue.Name.Partition, offset, SourceOrder.Of(e.Source, e.Transaction));
            case EventKind.Change or EventKind.Truncate or EventKind.Message when e.TotalOrder > 0:
                queue.Add(offset, e);
                if (e.TotalOrder == 1 && !_line.IsOver(e.Transaction)) _firsts.Add(e.Transaction, EventDigest.Of(e, queue.Name.Topic, queue.Images.Span));
                _hasNewFront |= queue.Count == 1;
                _mustTurn |= queue.HeldBytes > _limits.HeldBytes;
                return true;
            default:
                // Tombstones, heartbeats, schema changes, and messages outside of transactions, which ours never are.
                queue.Pass(offset);
                return false;
        }
    }

    /// <summary>Takes the next step, if it is there.</summary>
    /// <exception cref="OrchestratorException">Data: events are lost or cannot be put in order.</exception>
    public bool TryTake(out Merged merged)
    {
        while (_line.Head is { HasEnded: true } head)
        {
            if (_firsts.Differ(head.Key) || (head.Count == 0 && _firsts.Any(head.Key))) throw MergeErrors.Renumbered(head, _topic);
            if (_done == 0 && head.EndLsn > 0 && _applied >= new LsnPosition(new Lsn(head.EndLsn)))
            {
                Forget(head);
                continue;
            }

            if (head is { Count: 0, EndLsn: 0 })
            {
                // It changed nothing, and nobody knows where it lies.
                Forget(head);
                continue;
            }

            if (_done < head.Count)
            {
                if (Next(head) is not { } queue) break;
                if (_done == 0 && IsOld(head, queue.Front)) Forget(head);
                else return Take(head, queue, out merged);
                continue;
            }

            if (!_firsts.AreThere(head) && Next(head) is null) break;
            if (head.Count == 0) _open = Begin(head, default);
            else if (head.EndLsn == 0) _open = _open with { EndPosition = SourceOrder.After(_lastPoint, head.Key) };
            merged = new Merged(null, null, _open);
            Close(head);
            return true;
        }

        if (_hasNewFront && _line.Head is not { HasEnded: true }) DropOld(null);
        merged = default;
        return false;
    }

    /// <summary>Partitions to pause (true) or resume (false) now; to be asked after everything was taken.</summary>
    public IEnumerable<(string Topic, int Partition, bool Pause)> Turn()
    {
        if (!_mustTurn) yield break;
        // Looked at again until none is paused.
        _mustTurn = false;
        var atMost = _limits.HeldBytes + (IsRepeating ? InFlightBytes : 0);
        foreach (var queue in _queues)
        {
            var pause = queue.Count > 0 && queue.HeldBytes > (queue.IsPaused ? atMost / 2 : atMost);
            _mustTurn |= pause;
            if (pause == queue.IsPaused) continue;
            queue.IsPaused = pause;
            yield return (queue.Name.Topic, queue.Name.Partition, pause);
        }

        var line = PartitionOf(_topic, 0);
        var wait = _line.Head is { HasEnded: true } && _line.Count > (line.IsPaused ? _limits.Transactions / 2 : _limits.Transactions);
        _mustTurn |= wait;
        if (wait == line.IsPaused) yield break;
        line.IsPaused = wait;
        yield return (_topic, 0, wait);
    }

    /// <summary>What is wrong if nothing more comes; null: nothing is, all there is was taken or cannot be complete yet.</summary>
    public OrchestratorException? Stalled()
    {
        if (_line.Head is { HasEnded: true } head)
        {
            var isPast = _done < head.Count && _queues.Count > 0 && _queues.TrueForAll(q => q.Count > 0 && q.Front.Transaction != head.Key);
            if (isPast) return MergeErrors.Missing(head, _done);
            return MergeErrors.Awaited(
                _done < head.Count
                    ? $"Event {_done + 1} of {head.Count} of transaction {head}"
                    : $"Transaction {head} began {head.Begins} times, but its first event", _limits.Patience);
        }

        var lost = _queues.Find(q => q.Count > 0 && !_line.IsAwaited(q.Front.Transaction));
        return lost is null
            ? null
            : MergeErrors.Awaited($"The beginning of transaction {BegunTransaction.Name(lost.Front.Transaction)}, of which {lost.Name.Topic} holds an event at offset {lost.FrontOffset},", _limits.Patience);
    }

    public void Dispose()
    {
        foreach (var queue in _partitions.Values) queue.Dispose();
    }

    /// <summary>
    /// Only the repetition of the head's first event is awaited. It may be behind later transactions' events: those that
    /// were on their way when the connector was ended.
    /// </summary>
    private bool IsRepeating => _line.Head is { HasEnded: true } head && _done == head.Count && !_firsts.AreThere(head);

    /// <summary>The partition whose front is the head's next event; null: it has not come.</summary>
    private PartitionQueue? Next(BegunTransaction head)
    {
        // Mostly the next event is in the partition of the last.
        if (_last is not null && IsNext(_last, head)) return _last;
        if (!_hasNewFront) return null;
        DropOld(head);
        foreach (var queue in _queues)
        {
            if (!IsNext(queue, head)) continue;
            _last = queue;
            return queue;
        }

        _hasNewFront = false;
        return null;
    }

    private bool IsNext(PartitionQueue queue, BegunTransaction head)
    {
        if (queue.Count == 0) return false;
        var front = queue.Front;
        if (front.Transaction != head.Key) return false;
        if (front.TotalOrder > head.Count) throw MergeErrors.TooMany(head.Count, front, queue.Name, queue.FrontOffset);
        return front.TotalOrder == _done + 1;
    }

    /// <summary>Lets go of events that were handed on before (CASES C8).</summary>
    private void DropOld(BegunTransaction? head)
    {
        foreach (var queue in _queues)
        {
            while (queue.Count > 0)
            {
                var front = queue.Front;
                var isOfHead = head is not null && front.Transaction == head.Key;
                if (!(isOfHead ? front.TotalOrder <= _done : _line.IsOver(front.Transaction))) break;
                if (!isOfHead && _line.CountOf(front.Transaction) is { } count && front.TotalOrder > count) throw MergeErrors.TooMany(count, front, queue.Name, queue.FrontOffset);
                if (isOfHead) Touch(queue);
                var dropped = queue.Take();
                if (isOfHead && !_taken.MayBe(dropped.TotalOrder, Digest(dropped, queue))) throw MergeErrors.Renumbered(head!, _topic);
            }
        }

        if (head is null) _hasNewFront = false;
    }

    private bool Take(BegunTransaction head, PartitionQueue queue, out Merged merged)
    {
        var offset = queue.FrontOffset;
        Touch(queue);
        var e = queue.Take();
        if (_done == 0) _open = Begin(head, e);
        else if (SourceOrder.Compare(_lastPoint, e.Source) > 0) throw MergeErrors.OutOfOrder(head, e, queue.Name, offset);
        _taken.Add(Digest(e, queue));
        _lastPoint = e.Source;
        _done++;
        // Another partition's front may be the next one now.
        _hasNewFront = true;
        merged = new Merged(e, queue, _open);
        return true;
    }

    private static SourceTransaction Begin(BegunTransaction head, in DecodedEvent first)
    {
        var time = DateTimeOffset.UnixEpoch.AddMicroseconds(head.CommitMicroseconds > 0 ? head.CommitMicroseconds : first.CommitMicroseconds);
        if (head.EndLsn > 0) return new SourceTransaction(SourceOrder.CommitOf(head.EndLsn), new LsnPosition(new Lsn(head.EndLsn)), time);
        return new SourceTransaction(SourceOrder.Of(first.Source, head.Key), SourceOrder.Of(first.Source, head.Key), time);
    }

    /// <summary>A transaction of a binary log is old if it lies before what is applied; END does not say where it lies.</summary>
    private bool IsOld(BegunTransaction head, in DecodedEvent first)
    {
        if (head.EndLsn > 0) return false;
        var at = SourceOrder.Of(first.Source, head.Key);
        if (at >= _applied) return false;
        return head.Key.Gtid is null || _gtids.MayHold(head.Key.Gtid) ? true : throw MergeErrors.AnotherLog(head, at, _applied);
    }

        private void Close(BegunTransaction head)
    {
        _applied = _open.EndPosition;
        if (head.Key.Gtid is { } gtid) _gtids.Add(gtid);
        Forget(head);
    }

    /// <summary>Goes on to the next transaction; events of this one are let go of as they come.</summary>
    private void Forget(BegunTransaction head)
    {
        _firsts.Forget(head.Key);
        _line.Close();
        foreach (var queue in _touched) queue.OpenFrom = null;
        _touched.Clear();
        _taken.Clear();
        (_done, _hasNewFront) = (0, true);
    }

    private static int Digest(in DecodedEvent e, PartitionQueue queue) => EventDigest.Of(e, queue.Name.Topic, queue.Images.Span);

    private void Touch(PartitionQueue queue)
    {
        if (queue.OpenFrom is not null) return;
        queue.OpenFrom = queue.FrontOffset;
        _touched.Add(queue);
    }
}
