using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

/// <summary>What Debezium 3.6 recorded of real servers, as far as it tells of order: the data's README says how it was made.</summary>
public sealed class RecordedOrderTests
{
    [Theory]
    [InlineData("pgfull", 1)]
    [InlineData("pgfull", 2)]
    [InlineData("mdb", 1)]
    [InlineData("mdb", 2)]
    public void C6_recorded_transactions_come_out_in_the_order_of_their_ends(string prefix, int seed)
    {
        // The one TRUNCATE of MariaDB is no part of a transaction: the other test.
        var records = Records(prefix).Where(r => prefix == "pgfull" || r.Event.Kind != EventKind.Truncate)
            .GroupBy(r => r.Topic, r => r.Event, StringComparer.Ordinal).ToDictionary(g => g.Key, g => new Queue<DecodedEvent>(g));
        var transactions = records[$"{prefix}.transaction"].Where(e => e.Kind == EventKind.TransactionEnd).ToList();
        using var merge = new MergeScript(prefix == "mdb" ? new BinlogPosition("binlog.000001", 4, "") : null);

        var random = new Random(seed);
        while (records.Where(r => r.Value.Count > 0).ToList() is { Count: > 0 } left)
        {
            var (topic, queue) = left[random.Next(left.Count)];
            merge.Put(topic == $"{prefix}.transaction" ? SimulatedConnector.TransactionTopic : topic, 0, queue.Dequeue());
        }

        var expected = transactions.SelectMany(t => Enumerable.Range(1, (int)t.TotalOrder).Select(i => $"{Name(t)}/{i}")).ToList();
        Assert.True(expected.Count > 500);
        Assert.Equal(expected, merge.Out.Where(o => !o.StartsWith("end", StringComparison.Ordinal)));
        Assert.Equal(transactions.Count, merge.Out.Count(o => o.StartsWith("end", StringComparison.Ordinal)));
        if (prefix == "pgfull") Assert.Equal(transactions.Select(t => $"end {new Lsn(t.Source.Lsn)}"), merge.Out.Where(o => o.StartsWith("end", StringComparison.Ordinal)));
    }

    [Fact]
    public void C5_truncate_of_MariaDb_has_no_end_and_belongs_to_no_transaction()
    {
        var records = Records("mdb");
        var truncate = Assert.Single(records, r => r.Event.Kind == EventKind.Truncate);
        using var merge = new MergeScript(new BinlogPosition("binlog.000001", 4, ""));

        Assert.DoesNotContain(records, r => r.Event.Kind == EventKind.TransactionEnd && r.Event.Transaction == truncate.Event.Transaction);
        merge.Put(truncate.Topic, 0, truncate.Event);
        Assert.Empty(merge.Out);
        Assert.Equal(1, merge.Merge.Position.Offsets[(truncate.Topic, 0)]);
    }

    private static List<(string Topic, DecodedEvent Event)> Records(string prefix) =>
        [.. File.ReadLines(Path.Combine(Root(), "tests", "data", "debezium-order", prefix + ".txt")).Select(l => l.Split(' ')).Select(w => (w[0], Read(w)))];

    private static string Name(DecodedEvent e) => e.Transaction.Gtid ?? e.Transaction.Number.ToString(CultureInfo.InvariantCulture);

    private static DecodedEvent Read(string[] words)
    {
        var id = words[2].Split(':');
        var e = new DecodedEvent
        {
            Kind = words[1] switch
            {
                "BEGIN" => EventKind.TransactionBegin, "END" => EventKind.TransactionEnd, "m" => EventKind.Message, "t" => EventKind.Truncate, _ => EventKind.Change,
            },
            Op = ChangeOp.Delete,
            Transaction = id.Length == 1 ? new TransactionKey(0, id[0]) : new TransactionKey(Number(id[0]), null),
            TotalOrder = (long)Number(words[3]),
        };
        if (words.Length == 4) return e with { Source = new SourcePoint(id.Length == 1 ? 0 : Number(id[1]), null, 0) };
        var place = words[4].Split(':');
        return e with { Source = place.Length == 1 ? new SourcePoint(Number(place[0]), null, 0) : new SourcePoint(0, place[0], Number(place[1])) };
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
