using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Recorded topics that hold no rows, with and without their schemas; the figures were read off the files with Python.</summary>
public sealed class RecordedKindsTests : IDisposable
{
    private readonly RentedList<byte> _images = new();
    private readonly EventDecoder _postgres = Decoded.Decoder(Decoded.Table());
    private readonly EventDecoder _maria = Decoded.Decoder(Decoded.MySqlTable(), kind: ConnectorKind.MariaDb);

    public void Dispose()
    {
        _images.Dispose();
        _postgres.Dispose();
        _maria.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PostgreSql_transactions_begin_and_end_with_their_number_and_end_position(bool isBare)
    {
        var events = Decode(_postgres, TopicKind.Transaction, "pgfull.transaction", isBare);
        Assert.Equal(88, events.Count);
        Assert.Equal((EventKind.TransactionBegin, 800UL), (events[0].Kind, events[0].Transaction.Number));
        Assert.Equal((EventKind.TransactionEnd, 800UL, 24934296UL, 1L), (events[1].Kind, events[1].Transaction.Number, events[1].Source.Lsn, events[1].TotalOrder));
        Assert.Equal(1795232280393000, events[1].CommitMicroseconds);
        Assert.Equal(2000, events.Max(e => e.TotalOrder));
        var ends = events.Where(e => e.Kind == EventKind.TransactionEnd).ToList();
        Assert.Equal(44, ends.Count);
        Assert.Equal(ends.Select(e => e.Source.Lsn).Order(), ends.Select(e => e.Source.Lsn)); // commit order
    }

    [Fact]
    public void MariaDb_transactions_are_named_by_their_gtid()
    {
        var events = Decode(_maria, TopicKind.Transaction, "mdb.transaction", isBare: false);
        Assert.Equal((EventKind.TransactionEnd, new TransactionKey(0, "0-5598-25"), 1L), (events[1].Kind, events[1].Transaction, events[1].TotalOrder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_have_prefix_and_content(bool isBare)
    {
        var events = Decode(_postgres, TopicKind.Message, "pgfull.message", isBare);
        Assert.Equal([("app", "hello in tx"), ("app", "hello outside")], events.Select(e => e.Message!.Value));
        Assert.Equal([832UL, 0UL], events.Select(e => e.Transaction.Number)); // the second belongs to none
        Assert.All(events, e => Assert.Equal(EventKind.Message, e.Kind));
    }

    [Fact]
    public void Heartbeats_and_schema_changes_are_known()
    {
        var beats = Decode(_postgres, TopicKind.Heartbeat, "__debezium-heartbeat.pgfull", isBare: false);
        Assert.Equal((228, EventKind.Heartbeat, 1795232230940000L), (beats.Count, beats[0].Kind, beats[0].CommitMicroseconds));
        Assert.All(Decode(_maria, TopicKind.SchemaChange, "mdb", isBare: false), e => Assert.Equal(EventKind.SchemaChange, e.Kind));
    }

    [Fact]
    public void C12_statements_are_told_by_the_schema_change_topic_but_not_those_of_the_connectors_own_snapshot()
    {
        var asked = new List<(string Statement, string Database)>();
        using var decoder = new EventDecoder(
            [new FollowedTable(Decoded.MySqlTable(), new LsnPosition(new Lsn(0)))], ConnectorKind.MariaDb, new DebeziumModes(),
            alteredBy: (statement, database) =>
            {
                asked.Add((statement, database));
                return statement.Contains("score", StringComparison.Ordinal) ? new TableRef("shop", "t") : null;
            });

        var events = Decode(decoder, TopicKind.SchemaChange, "mdb", isBare: true);

        Assert.Equal(("ALTER TABLE customers ADD COLUMN score int DEFAULT 7", "shop"), asked[0]);
        Assert.DoesNotContain(asked, a => a.Statement.StartsWith("CREATE TABLE `", StringComparison.Ordinal));
        var altered = Assert.Single(events, e => e.Table == 0);
        Assert.Equal(("0-5598-39", "binlog.000001", 15103UL), (altered.Transaction.Gtid, altered.Source.File, altered.Source.Offset));
        Assert.All(events.Where(e => e != altered), e => Assert.Equal(-1, e.Table));
    }

    [Fact]
    public void C3_flattened_records_are_refused_by_name()
    {
        var error = Assert.Throws<OrchestratorException>(() => Decode(_postgres, TopicKind.Data, "pgflat.shop.customers", isBare: false));
        Assert.Equal("E-DBZ-002", error.Code);
        Assert.Contains("ExtractNewRecordState", error.Message, StringComparison.Ordinal);
    }

    private List<DecodedEvent> Decode(EventDecoder decoder, TopicKind kind, string topic, bool isBare) =>
        [.. RecordedTopic.Values(topic).Select(v => decoder.Decode(kind, isBare ? RecordedTopic.WithoutSchema(v) : v, _images))];
}
