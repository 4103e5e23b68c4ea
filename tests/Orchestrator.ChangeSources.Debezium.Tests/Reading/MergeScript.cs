using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>
/// Records written by hand, in the order they are read: <c>B7</c> and <c>E7:2@100</c> begin and end transaction 7, of 2 events,
/// committed at 100; <c>a0:7/1@90</c> is its first event, logged at 90, in partition 0 of topic a.
/// </summary>
internal sealed class MergeScript : IDisposable
{
    private readonly Dictionary<(string, int), long> _offsets = [];

    public MergeScript(SourcePosition? from = null, MergeLimits? limits = null) =>
        Merge = new TransactionMerge(SimulatedConnector.TransactionTopic, from ?? new LsnPosition(new Lsn(1)), limits ?? MergeLimits.Default);

    public TransactionMerge Merge { get; }

    /// <summary>What came out: events as <c>7/1</c>, and ends with their position.</summary>
    public List<string> Out { get; } = [];

    /// <summary>Reads records; what can be taken is taken after each.</summary>
    public MergeScript Read(string script)
    {
        foreach (var word in script.Split(' ', StringSplitOptions.RemoveEmptyEntries)) ReadOne(word);
        return this;
    }

    public void Put(string topic, int partition, DecodedEvent e)
    {
        var offset = _offsets.GetValueOrDefault((topic, partition));
        _offsets[(topic, partition)] = offset + 1;
        Merge.Add(Merge.PartitionOf(topic, partition), offset, e);
        while (Merge.TryTake(out var step))
        {
            Out.Add(step.Event is { } taken
                ? string.Create(CultureInfo.InvariantCulture, $"{taken.Transaction.Gtid ?? taken.Transaction.Number.ToString(CultureInfo.InvariantCulture)}/{taken.TotalOrder}")
                : $"end {step.Transaction.EndPosition}");
        }
    }

    public void Dispose() => Merge.Dispose();

    private void ReadOne(string word)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        var lsn = at < 0 ? 0 : ulong.Parse(word[(at + 1)..], CultureInfo.InvariantCulture);
        var what = at < 0 ? word : word[..at];
        if (what[0] == 'B') Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent { Kind = EventKind.TransactionBegin, Transaction = Key(what[1..]) });
        else if (what[0] == 'E')
        {
            var parts = what[1..].Split(':');
            Put(SimulatedConnector.TransactionTopic, 0, new DecodedEvent
            {
                Kind = EventKind.TransactionEnd, Transaction = Key(parts[0]), TotalOrder = long.Parse(parts[1], CultureInfo.InvariantCulture), Source = new SourcePoint(lsn, null, 0),
            });
        }
        else
        {
            var parts = what[3..].Split('/');
            var key = Key(parts[0]);
            Put(what[..1], what[1] - '0', new DecodedEvent
            {
                Kind = EventKind.Change, Op = ChangeOp.Delete, Transaction = key, TotalOrder = long.Parse(parts[1], CultureInfo.InvariantCulture),
                Source = key.Gtid is null ? new SourcePoint(lsn, null, 0) : new SourcePoint(0, "binlog.000003", lsn),
            });
        }
    }

    private static TransactionKey Key(string text) =>
        text.Contains('-', StringComparison.Ordinal) ? new TransactionKey(0, text) : new TransactionKey(ulong.Parse(text, CultureInfo.InvariantCulture), null);
}
