using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Tests.Binlog.Recorded;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

/// <summary>MySQL's events one after the other, recorded ones where there are any.</summary>
public sealed class TransactionDecoderTests
{
    private static readonly TableSchema Test = LogEvents.Table("testdb", "test", ("id", "int unsigned"), ("name", "varchar(31)"), ("n", "tinyint unsigned"));
    private static readonly BinlogPosition Start = new("log.000001", 4, "");

    private readonly ChangeBatchBuilder _batch = new([Test]);
    private TransactionDecoder _decoder = LogEvents.Decoder(Start, Test);

    /// <summary>The rows are whole recorded events of MySQL 8.0.34; the names behind their TABLE_MAP, GTID, BEGIN and XID are made after the documentation.</summary>
    [Fact]
    public void Recorded_transactions_become_changes()
    {
        Feed(RecordedEvents.FormatDescription);
        Transaction(236, 313, RecordedEvents.WriteRows, 458);
        Assert.Equal(new BinlogPosition("log.000001", 458, ""), _decoder.Position);
        Transaction(537, 623, RecordedEvents.UpdateRows, 769);
        Assert.Equal(["0 Insert 6|bbb|5", "0 Insert 7|ccc|6", "1 Update 7|CCC|6"], LogEvents.Describe(_batch.Build(_decoder.Position, endsTransaction: true)));
        Assert.False(_decoder.InTransaction);
    }

    [Fact]
    public void Recorded_table_without_names_is_refused()
    {
        Feed(RecordedEvents.FormatDescription);
        Assert.Equal("E-BINLOG-001", Assert.Throws<OrchestratorException>(() => Feed(RecordedEvents.TableMap)).Code);
        _decoder = LogEvents.Decoder(Start, LogEvents.Table("testdb", "other", ("id", "int")));
        Feed(RecordedEvents.FormatDescription);
        Feed(RecordedEvents.TableMap);
        Feed(RecordedEvents.WriteRows);
        Assert.Equal(0, _batch.ChangeCount);
    }

    [Fact]
    public void C15_recorded_GTIDs_join_those_that_were_executed()
    {
        _decoder = LogEvents.Decoder(Start with { Gtids = "5aa72a7f-44a8-11ea-947f-0242ac190002:1-258" }, Test);
        foreach (var body in new[] { RecordedEvents.Gtid57, RecordedEvents.Gtid8019, RecordedEvents.Gtid8027[..^4] }) Standalone(EventType.Gtid, body);
        Standalone(EventType.GtidTagged, RecordedEvents.GtidTagged[..^4]);
        Standalone(EventType.AnonymousGtid, RecordedEvents.Gtid57);
        Feed(LogEvents.Event(EventType.PreviousGtids, RecordedEvents.PreviousGtids, 900));
        Assert.Equal(
            "5aa72a7f-44a8-11ea-947f-0242ac190002:1-259,5ccc1033-44a8-11ea-bd59-0242ac190003:119,77d1902c-01da-11f1-9a41-908d6e5f6e8d:test_tag:1,db06ab0a-39aa-11f1-90c3-19597335b2db:22934",
            _decoder.Position.Gtids);
    }

    [Fact]
    public void C15_first_GTID_of_a_server_that_had_none_is_kept()
    {
        Standalone(EventType.Gtid, RecordedEvents.Gtid8019);
        Assert.Equal("5ccc1033-44a8-11ea-bd59-0242ac190003:119", _decoder.Position.Gtids);
    }

    /// <summary>MySQL begins every transaction with a GTID event; a statement that is one by itself has no COMMIT.</summary>
    [Fact]
    public void Statement_that_is_a_transaction_of_its_own_is_a_place_to_resume_at()
    {
        Feed(LogEvents.Event(EventType.AnonymousGtid, RecordedEvents.Gtid8019, 236));
        Assert.True(_decoder.InTransaction);
        Feed(LogEvents.Query("CREATE USER mover", 400));
        Assert.False(_decoder.InTransaction);
        Assert.Equal(400ul, _decoder.Position.Offset);
        Assert.Equal(1, _batch.TransactionCount);

        Feed(LogEvents.Event(EventType.AnonymousGtid, RecordedEvents.Gtid8019, 500));
        Feed(LogEvents.Query("CREATE TABLE `other` (\n  `id` int DEFAULT NULL\n) START TRANSACTION", 600));
        Assert.True(_decoder.InTransaction);
        Feed(LogEvents.Event(EventType.Xid, new byte[8], 700));
        Assert.False(_decoder.InTransaction);
    }

    [Fact]
    public void Log_goes_on_in_the_next_file()
    {
        Feed(LogEvents.Event(EventType.Rotate, [4, 0, 0, 0, 0, 0, 0, 0, .. "binlog.000002"u8], flags: 0x20));
        Assert.Equal(new BinlogPosition("binlog.000002", 4, ""), _decoder.Position);
        // A server that writes checksums sends one with the event it makes up, before the format is described.
        Feed(LogEvents.WithChecksum(LogEvents.Event(EventType.Rotate, [157, 0, 0, 0, 0, 0, 0, 0, .. "binlog.000003"u8], flags: 0x20)));
        Assert.Equal(new BinlogPosition("binlog.000003", 157, ""), _decoder.Position);
        // Name of the file and place, in fields (type 1 and 2), https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Heartbeat__event__v2.html.
        Feed(LogEvents.Event(EventType.HeartbeatV2, [1, 13, .. "binlog.000003"u8, 2, 2, 0xFC, 0x9D, 0], 157));
        Assert.Equal(new BinlogPosition("binlog.000003", 157, ""), _decoder.Position);
    }

    [Theory]
    [InlineData("PartialUpdateRows", "SET GLOBAL binlog_row_value_options = ''")]
    [InlineData("TransactionPayload", "SET GLOBAL binlog_transaction_compression = OFF")]
    [InlineData("XaPrepare", "XA")]
    [InlineData("200", "unknown type 200")]
    public void What_is_not_read_stops_the_run_by_name(string type, string words)
    {
        var number = Enum.Parse<EventType>(type);
        var error = Assert.Throws<OrchestratorException>(() => Feed(LogEvents.Event(number, number == EventType.XaPrepare ? RecordedEvents.XaPrepare : [1, 2, 3], 500)));
        Assert.Equal("E-BINLOG-003", error.Code);
        Assert.Contains(words, error.Message + error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_event_that_says_it_may_be_ignored_is() => Feed(LogEvents.Event((EventType)200, [1], 500, flags: 0x80));

    /// <summary>LOAD DATA of a session with binlog_format = STATEMENT; made after the documentation.</summary>
    [Fact]
    public void C12_file_that_was_loaded_by_a_statement_stops_the_run()
    {
        byte[] body = [15, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0, 0, .. "testdb"u8, 0, .. "LOAD DATA INFILE 'x' INTO TABLE `test`"u8];
        Assert.Equal("E-BINLOG-006", Assert.Throws<OrchestratorException>(() => Feed(LogEvents.Event(EventType.ExecuteLoadQuery, body, 500))).Code);
    }

    /// <summary>Extra data of version 2 (partitions, since 8.0.16) stands between head and rows; an event without rows belongs to no table. Made after the documentation.</summary>
    [Fact]
    public void Extra_data_of_rows_is_passed_over()
    {
        Feed(Named(RecordedEvents.TableMap));
        var body = RecordedEvents.WriteRows[EventHeader.Length..^Checksum.Length];
        Feed(LogEvents.Event(EventType.WriteRows, [.. body[..8], 5, 0, 1, 7, 0, .. body[10..]], 500));
        Feed(LogEvents.Event(EventType.WriteRows, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 2, 0, 0, 0xFF], 600));
        Assert.Equal(2, _batch.ChangeCount);
        var error = Assert.Throws<OrchestratorException>(() => Feed(LogEvents.Event(EventType.WriteRows, [.. body[..8], 1, 0, .. body[10..]], 700)));
        Assert.Equal("E-BINLOG-012", error.Code);
    }

    [Fact]
    public void Event_that_was_altered_on_its_way_is_refused()
    {
        Feed(RecordedEvents.FormatDescription);
        var rows = RecordedEvents.WriteRows.ToArray();
        rows[40] ^= 1;
        var error = Assert.Throws<OrchestratorException>(() => Feed(rows));
        Assert.Equal("E-BINLOG-012", error.Code);
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Even with checksums that fit: nothing but changes or an error with a code.</summary>
    [Fact]
    public void Any_damage_ends_as_an_error_of_ours()
    {
        byte[][] events =
        [
            Named(RecordedEvents.TableMap), RecordedEvents.WriteRows[..^4], RecordedEvents.UpdateRows[..^4], LogEvents.Event(EventType.Gtid, RecordedEvents.Gtid8019),
            LogEvents.Event(EventType.GtidTagged, RecordedEvents.GtidTagged), LogEvents.Event(EventType.TableMap, RecordedEvents.Types80), LogEvents.Query("UPDATE x SET y = 1", 300), RecordedEvents.FormatDescription,
        ];
        Prop.ForAll<NonNegativeInt, NonNegativeInt, byte>((which, where, with) =>
        {
            var packet = events[which.Get % events.Length].ToArray();
            packet[where.Get % packet.Length] = with;
            foreach (var damaged in new[] { packet, packet[..(where.Get % packet.Length)] })
            {
                var decoder = LogEvents.Decoder(Start, Test, LogEvents.Table("test", "_types", ("id", "int")));
                var batch = new ChangeBatchBuilder([Test]);
                decoder.Feed(Named(RecordedEvents.TableMap), batch);
                if (Record.Exception(() => decoder.Feed(damaged, batch)) is { } error) Assert.IsType<OrchestratorException>(error);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private void Transaction(uint begin, uint map, byte[] rows, uint end)
    {
        Feed(LogEvents.WithChecksum(LogEvents.Event(EventType.AnonymousGtid, RecordedEvents.Gtid8019, begin)));
        Feed(LogEvents.WithChecksum(LogEvents.Query("BEGIN", map)));
        Feed(LogEvents.WithChecksum(Named(RecordedEvents.TableMap)));
        Feed(rows);
        Feed(LogEvents.WithChecksum(LogEvents.Event(EventType.Xid, new byte[8], end)));
    }

    private void Standalone(EventType type, byte[] body)
    {
        Feed(LogEvents.Event(type, body, 300));
        Feed(LogEvents.Query("CREATE USER mover", 400));
    }

    /// <summary>The recorded event without its checksum, with the names it lacks.</summary>
    private static byte[] Named(byte[] map) => [.. map[..^Checksum.Length], .. LogEvents.Names("id", "name", "n")];

    private void Feed(byte[] packet) => _decoder.Feed(packet, _batch);
}
