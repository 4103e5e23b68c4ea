using System.Text.Json.Nodes;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>The bodies, written out by hand from the keys the connectors load.</summary>
public sealed class OffsetSeedTests
{
    private const string MariaDb =
        """{"offsets":[{"partition":{"server":"orchestrator-0123456789abcdef"},"offset":{"file":"mysql-bin.000007","pos":5598,"gtids":"0-5598-25"}}]}""";

    [Fact]
    public void MariaDb_position_has_file_offset_and_gtids() =>
        AssertSame(MariaDb, OffsetSeed.Of(ConnectBench.Names, BinlogPosition.Parse("mysql-bin.000007:5598;0-5598-25")));

    [Fact]
    public void MySql_position_without_gtids_has_none() =>
        AssertSame(
            """{"offsets":[{"partition":{"server":"orchestrator-0123456789abcdef"},"offset":{"file":"binlog.000012","pos":4294967297}}]}""",
            OffsetSeed.Of(ConnectBench.Names, BinlogPosition.Parse("binlog.000012:4294967297")));

    [Fact]
    public void PostgreSql_position_is_the_decimal_number_of_the_LSN() => // 16/B374D848 = 0x16 * 2^32 + 0xB374D848
        AssertSame(
            """{"offsets":[{"partition":{"server":"orchestrator-0123456789abcdef"},"offset":{"lsn":97500059720,"lsn_proc":97500059720,"lsn_commit":97500059720}}]}""",
            OffsetSeed.Of(ConnectBench.Names, new LsnPosition(Lsn.Parse("16/B374D848"))));

    [Theory]
    [InlineData("""{"file":"mysql-bin.000007","pos":5598,"gtids":"0-5598-25"}""", false)]
    [InlineData("""{ "pos": 5598, "gtids": "0-5598-25", "file": "mysql-bin.000007" }""", false)]
    [InlineData("""{"file":"mysql-bin.000007","pos":5598,"gtids":"0-5598-25","snapshot":"INITIAL","snapshot_completed":false}""", false)]
    [InlineData("""{"file":"mysql-bin.000007","pos":5598,"gtids":"0-5598-25","transaction_id":null}""", true)]
    [InlineData("""{"file":"mysql-bin.000008","pos":4,"gtids":"0-5598-31","server_id":5598,"event":1}""", true)]
    public void Streaming_is_told_from_the_seed_and_from_a_snapshot(string offset, bool expected) =>
        Assert.Equal(expected, OffsetSeed.IsStreaming([new ConnectorOffset("""{"server":"p"}""", offset)], MariaDb));

    [Fact]
    public void Without_offsets_nothing_streams() => Assert.False(OffsetSeed.IsStreaming([], MariaDb));

    private static void AssertSame(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);
}
