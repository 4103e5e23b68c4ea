using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Tests.Binlog;
using Orchestrator.Engines.MySql.Tests.Binlog.Recorded;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Tests.Protocol;

/// <summary>A log of MySQL as it comes over the wire.</summary>
public sealed class FollowTests
{
    private const string Executed = "5ccc1033-44a8-11ea-bd59-0242ac190003:1-118";

    [Theory]
    [InlineData("8.0.36")]
    [InlineData("8.4.3")]
    public async Task Recorded_log_is_followed_from_a_server_of_that_version(string version)
    {
        var named = LogEvents.WithChecksum([.. RecordedEvents.TableMap[..^Checksum.Length], .. LogEvents.Names("id", "name", "n")]);
        await using var server = new FakeMySqlServer
        {
            Version = version,
            Log =
            [
                LogEvents.WithChecksum(LogEvents.Event(EventType.Rotate, [4, 0, 0, 0, 0, 0, 0, 0, .. "log.000001"u8], flags: 0x20)), RecordedEvents.FormatDescription,
                LogEvents.WithChecksum(LogEvents.Event(EventType.PreviousGtids, RecordedEvents.PreviousGtids, 157)),
                LogEvents.WithChecksum(LogEvents.Event(EventType.Gtid, RecordedEvents.Gtid8019, 236)), LogEvents.WithChecksum(LogEvents.Query("BEGIN", 313)), named, RecordedEvents.WriteRows,
                LogEvents.WithChecksum(LogEvents.Event(EventType.Xid, new byte[8], 458)), LogEvents.WithChecksum(LogEvents.Event(EventType.HeartbeatV2, [1, 10, .. "log.000001"u8], 458)),
            ],
        };
        server.Answers["SHOW BINARY LOGS"] = [["log.000001", "458", "No"]];
        server.Answers["SELECT @@global.gtid_executed, @@global.gtid_purged"] = [["5ccc1033-44a8-11ea-bd59-0242ac190003:1-119,\n77d1902c-01da-11f1-9a41-908d6e5f6e8d:tag:1", ""]];
        server.Answers["SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS"] = [["224", "utf8mb4"]];
        server.Answers["SELECT CHARACTER_SET_NAME, MAXLEN"] = [];
        // What the client library asks by itself before it asks for the log.
        server.Answers["select @@binlog_checksum"] = [["CRC32"]];
        server.Answers["SELECT @rpl_semi_sync_slave=1"] = [[null]];
        var table = LogEvents.Table("testdb", "test", ("id", "int unsigned"), ("name", "varchar(31)"), ("n", "tinyint unsigned"));
        var start = new BinlogPosition("log.000001", 4, Executed);
        await using var reader = new MySqlChangeReader(new MySqlSession(MySqlUrl.Parse(server.Url())), [new FollowedTable(table, start)], 7, new Markers(), new ZeroDateTally(), TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();
        await foreach (var batch in reader.ReadAsync(start, ChangeBatchLimits.Default, patience.Token))
        {
            seen.AddRange(LogEvents.Describe(batch));
            if (batch.End.CompareTo(new BinlogPosition("log.000001", 458, "")) < 0) continue;
            Assert.Equal("5ccc1033-44a8-11ea-bd59-0242ac190003:1-119", ((BinlogPosition)batch.End).Gtids);
            break;
        }

        Assert.Equal(["0 Insert 6|bbb|5", "0 Insert 7|ccc|6"], seen);
        Assert.Contains("SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum", server.Seen);
        Assert.Contains("SET @source_heartbeat_period = 500000000", server.Seen);
        Assert.Contains("#18", server.Seen);
    }
}
