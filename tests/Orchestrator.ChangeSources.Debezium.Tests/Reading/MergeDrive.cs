using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>
/// Reads simulated topics into a merge: partitions in any order but paused ones, now and then starting again from the last
/// position as text. Keeps the transactions that came out whole.
/// </summary>
internal sealed class MergeDrive : IDisposable
{
    private readonly Dictionary<(string Topic, int Partition), List<(DecodedEvent Event, string Text)>> _topics;
    private readonly Random _random;
    private readonly MergeLimits _limits;
    private readonly Dictionary<(string, int), int> _next = [];
    private readonly HashSet<(string, int)> _paused = [];
    private readonly List<string> _open = [];
    private TransactionMerge _merge;
    private int _startedAgain;

    public MergeDrive(Dictionary<(string Topic, int Partition), List<(DecodedEvent Event, string Text)>> topics, SourcePosition from, MergeLimits limits, Random random)
    {
        (_topics, _random, _limits) = (topics, random, limits);
        _merge = new TransactionMerge(SimulatedConnector.TransactionTopic, from, limits);
    }

    /// <summary>Transactions that ended, each as the texts of its events.</summary>
    public List<(SourcePosition End, List<string> Texts)> Whole { get; } = [];

    public OrchestratorException? Error { get; private set; }

    public TransactionMerge Merge => _merge;

    /// <summary>What the topics hold and what was read, for whoever looks into a failure.</summary>
    public string Told => string.Join('\n', _topics.Select(t =>
        $"{t.Key} read {_next.GetValueOrDefault(t.Key)}{(_paused.Contains(t.Key) ? " paused" : "")}: {string.Join(' ', t.Value.Select(r => $"{r.Event.Kind.ToString()[^1]}{r.Event.Transaction.Number}{r.Event.Transaction.Gtid}/{r.Event.TotalOrder}"))}"))
        + $"\nposition {_merge.Position}, started again {_startedAgain} times";

    /// <summary>Most that one partition held beyond the limit.</summary>
    public long MostOver { get; private set; }

    /// <summary>Reads until everything was read, nothing can be, or an error.</summary>
    /// <param name="restarts">How likely a restart of ours is with each record, in a thousand.</param>
    public void Run(int restarts)
    {
        try
        {
            while (Pick() is { } place)
            {
                if (_random.Next(1000) < restarts) StartAgain();
                else Read(place);
            }
        }
        catch (OrchestratorException e)
        {
            Error = e;
        }
    }

    /// <summary>Reads one record and takes all there is.</summary>
    public void Read((string Topic, int Partition) place)
    {
        var offset = _next.GetValueOrDefault(place);
        var (e, text) = _topics[place][offset];
        _next[place] = offset + 1;
        var queue = _merge.PartitionOf(place.Topic, place.Partition);
        var at = queue.Images.Append(Encoding.UTF8.GetBytes(text));
        _merge.Add(queue, offset, e with { NewOffset = at, NewLength = text.Length });
        Take();
        MostOver = Math.Max(MostOver, queue.Count < 2 ? 0 : queue.HeldBytes - _limits.HeldBytes);
        foreach (var (topic, partition, pause) in _merge.Turn())
        {
            if (pause) Assert.True(_paused.Add((topic, partition)));
            else Assert.True(_paused.Remove((topic, partition)));
        }
    }

    public void StartAgain()
    {
        _startedAgain++;
        var position = (RelayedPosition)SourcePosition.Parse(_merge.Position.ToString());
        _merge.Dispose();
        _merge = new TransactionMerge(SimulatedConnector.TransactionTopic, position, _limits);
        _next.Clear();
        _paused.Clear();
        _open.Clear();
        foreach (var (place, offset) in position.Offsets) _next[place] = (int)offset;
        if (position.RecentFrom is { } recent) _next[(SimulatedConnector.TransactionTopic, 0)] = (int)recent;
    }

    public void Dispose() => _merge.Dispose();

    private (string, int)? Pick()
    {
        var readable = _topics.Where(t => _next.GetValueOrDefault(t.Key) < t.Value.Count && !_paused.Contains(t.Key)).Select(t => t.Key).ToList();
        return readable.Count == 0 ? null : readable[_random.Next(readable.Count)];
    }

    private void Take()
    {
        while (_merge.TryTake(out var step))
        {
            if (step.Event is { } e)
            {
                _open.Add(Encoding.UTF8.GetString(step.From!.Images.Span.Slice(e.NewOffset, e.NewLength)));
            }
            else
            {
                Whole.Add((step.Transaction.EndPosition, [.. _open]));
                _open.Clear();
            }
        }
    }
}
