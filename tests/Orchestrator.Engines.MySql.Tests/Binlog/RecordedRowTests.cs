using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Tests.Binlog.Recorded;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

/// <summary>Rows of version 2 as MySQL wrote them, value by value.</summary>
public sealed class RecordedRowTests
{
    public static TheoryData<string, string, string, string> Values => RecordedRows.Values;

    [Theory]
    [MemberData(nameof(Values))]
    public void Value_of_a_recorded_row_is_what_the_statement_wrote(string type, string columns, string value, string text)
    {
        // capture_binlog_events.foo; the head of the rows: table, flags, extra data, one column, its bit, not NULL.
        var map = Map("1101000000000100" + "15636170747572655F62696E6C6F675F6576656E747300" + "03666F6F00" + columns);
        if (map.Columns[0].HasLabels) map.Columns[0].Labels = ["a"u8.ToArray(), "b"u8.ToArray()];
        map.Columns[0].Collation = 45;
        Assert.Equal([$"0 Insert {text}"], Read(ChangeOp.Insert, map, "01FFFE" + value, ("c", type)));
        Assert.Equal(["0 Insert NULL"], Read(ChangeOp.Insert, map, "01FFFF", ("c", type)));
    }

    /// <summary>go-mysql-org/go-mysql: CREATE TABLE t10 (c1 json, c2 decimal(10,0)).</summary>
    [Fact]
    public void MP13_document_among_other_columns_ends_where_the_next_begins()
    {
        var map = Map("6D00000000000100047465737400037431300002F5F603040A0003");
        (string, string)[] columns = [("c1", "json"), ("c2", "decimal(10,0)")];
        Assert.Equal(
            ["0 Insert {\"key1\": \"value1\", \"key2\": \"value2\"}|1"],
            Read(ChangeOp.Insert, map, "02FFFC29000000000200280012000400160004000C1A000C21006B6579316B6579320676616C7565310676616C7565328000000001", columns));
        Assert.Equal(["0 Insert NULL|1"], Read(ChangeOp.Insert, map, "02FFFD8000000001", columns));
    }

    /// <summary>go-mysql-org/go-mysql: a JSON column that may not be NULL and got no value; the server reads it as null.</summary>
    [Fact]
    public void MP13_document_of_no_bytes_is_null()
    {
        var map = Map("720000000000010004746573740010686A5F6F726465725F707265766965770007030808F501031102040000");
        Assert.Equal(
            ["0 Insert 1|95891865464386|13376222192996417|null|0|1479983995|NULL"],
            Read(
                ChangeOp.Insert, map, "07FF800100000042EE9390365700004110406C9A852F0000000000007BC3365800000000",
                ("id", "int"), ("buyer_id", "bigint"), ("order_sn", "bigint"), ("order_detail", "json"), ("is_del", "tinyint(1)"), ("add_time", "int"), ("last_update_time", "timestamp")));
    }

    /// <summary>go-mysql-org/go-mysql: cfg_json is a virtual column. Before 5.7.22 its image before the update was damaged.</summary>
    [Theory]
    [InlineData("04FFFFF801000000027B7D050000000000000400F8010000000A7B2261223A313233347D0D0000000001000C000B00010005D20461", "0 Update 1|{\"a\":1234}|{\"a\": 1234}|NULL")]
    [InlineData("04FFFFF801000000027B7D050000000001000C00F8010000000A7B2261223A313233347D0D0000000001000C000B00010005D20461", "E-BINLOG-012")]
    public void MP13_document_that_the_server_damaged_is_named(string rows, string seen)
    {
        var map = Map("6C00000000000100047465737400037431310004030FF503036400040F");
        map.Columns[1].Collation = 45;
        (string, string)[] columns = [("id", "int"), ("cfg", "varchar(100)"), ("cfg_json", "json"), ("age", "int")];
        if (seen.StartsWith("E-", StringComparison.Ordinal))
        {
            var error = Assert.Throws<Orchestrator.Core.Errors.OrchestratorException>(() => Read(ChangeOp.Update, map, rows, columns));
            Assert.Equal((seen, "cfg_json", "test.t11"), (error.Code, error.Column, error.Table));
        }
        else
        {
            Assert.Equal([seen], Read(ChangeOp.Update, map, rows, columns));
        }
    }

    /// <summary>go-mysql-org/go-mysql: an enumeration of more than 255 labels, a set of 18.</summary>
    [Fact]
    public void MP8_labels_take_as_many_bytes_as_they_need()
    {
        var numbers = Map("840F00000000010005747465737400076E756D62657273000203FE02F70202");
        var labels = Enumerable.Range(0, 258).Select(i => System.Text.Encoding.ASCII.GetBytes($"{i}")).ToArray();
        (numbers.Columns[1].Labels, numbers.Columns[1].Collation) = (labels, 45);
        Assert.Equal(["0 Insert 1|0", "0 Insert 2|256"], Read(ChangeOp.Insert, numbers, "02FFFC010000000100FC020000000101", ("id", "int"), ("num", $"enum({string.Join(',', labels.Select((_, i) => $"'{i}'"))})")));

        var region = Map("E70E000000000100057474657374000461736574000203FE02F80303");
        (region.Columns[1].Labels, region.Columns[1].Collation) = ([.. labels[1..19]], 45);
        Assert.Equal(["0 Insert 1|1,3"], Read(ChangeOp.Insert, region, "02FFFC01000000050000", ("id", "int"), ("region", $"set({string.Join(',', Enumerable.Range(1, 18).Select(i => $"'{i}'"))})")));
        Assert.Equal("E-VALUE-001", Assert.Throws<Orchestrator.Core.Errors.OrchestratorException>(() => Read(ChangeOp.Insert, region, "02FFFC01000000050004", ("id", "int"), ("region", "set('1')"))).Code);
    }

    [Theory]
    [InlineData("datetime(6)", "0112010601", "FEF3FF7EFC000000")] // 60 seconds
    [InlineData("datetime(6)", "0112010601", "7EF3FF7EFB000000")] // before all dates
    [InlineData("datetime(6)", "0112010601", "FEF3FF7EFBFFFFFF")] // 16 million microseconds
    [InlineData("date", "010A0001", "FF1F4E")] // month 15
    [InlineData("time(6)", "0113010601", "B47EFB000000")] // 839 hours
    [InlineData("decimal(4,2)", "01F602040201", "80FF")] // 255 hundredths
    [InlineData("json", "01F5010401", "030000000501")] // cut off
    public void Value_that_cannot_be_is_damage(string type, string columns, string value)
    {
        var map = Map("1101000000000100" + "15636170747572655F62696E6C6F675F6576656E747300" + "03666F6F00" + columns);
        var error = Record.Exception(() => Read(ChangeOp.Insert, map, "01FFFE" + value, ("c", type)));
        Assert.True(error is ArgumentOutOfRangeException or Orchestrator.Core.Errors.OrchestratorException { Code: "E-BINLOG-012", Column: "c" }, $"{error}");
    }

    private static TableMap Map(string hex) => TableMap.Read(Convert.FromHexString(hex), isMariaDb: false);

    private static List<string> Read(ChangeOp op, TableMap map, string rows, params (string Name, string Type)[] columns)
    {
        var table = LogEvents.Table(map.Database, map.Table, columns);
        var start = new BinlogPosition("log.000001", 4, "");
        var batch = new ChangeBatchBuilder([table]);
        LogEvents.Rows().Read(op, Convert.FromHexString(rows), map, new FollowedForm(0, table, start), isAlone: false, batch);
        batch.EndTransaction(new SourceTransaction(start, start, DateTimeOffset.UnixEpoch));
        return LogEvents.Describe(batch.Build(start, endsTransaction: true));
    }
}
