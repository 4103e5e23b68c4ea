using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Reading;

public sealed class TransactionMergeTests
{
    private static readonly SourcePosition Maria = new BinlogPosition("binlog.000003", 50, "0-1-6");

    [Theory]
    // Events of one transaction over two topics, whichever comes first.
    [InlineData("C6", "b0:7/2@91 a0:7/1@90 B7 E7:2@100", "7/1 7/2 end 0/64")]
    [InlineData("C6", "B7 a0:7/1@90 E7:3@100 b0:7/3@91 a0:7/2@90", "7/1 7/2 7/3 end 0/64")]
    // Nothing is handed on before its END is known.
    [InlineData("C6", "B7 a0:7/1@90", "")]
    // A transaction without events moves the position on.
    [InlineData("C7", "B7 E7:0@100 B8 a0:8/1@101 E8:1@110", "end 0/64 8/1 end 0/6E")]
    // Sent again as a whole, before and after its end.
    [InlineData("C8", "B7 a0:7/1@90 B7 a0:7/1@90 b0:7/2@91 E7:2@100", "7/1 7/2 end 0/64")]
    [InlineData("C8", "B7 a0:7/1@90 E7:1@100 B7 a0:7/1@90 E7:1@100 B8 a0:8/1@101 E8:1@110", "7/1 end 0/64 8/1 end 0/6E")]
    [InlineData("C8", "B7 E7:1@100 B8 a0:7/1@90 a0:8/1@101 B7 a0:7/1@90 E7:1@100 B8 a0:8/1@101 E8:1@110", "7/1 end 0/64 8/1 end 0/6E")]
    // Goes on counting after a restart in the middle.
    [InlineData("C8", "B7 a0:7/1@90 a0:7/2@91 a0:7/2@91 a0:7/3@92 E7:3@100", "7/1 7/2 7/3 end 0/64")]
    // Several events at one place of the log.
    [InlineData("C10", "B7 E7:3@100 b0:7/3@90 a0:7/1@90 a0:7/2@90", "7/1 7/2 7/3 end 0/64")]
    public void PostgreSql_transactions_are_put_together(string id, string script, string merged)
    {
        using var merge = new MergeScript();

        Assert.Equal(merged, string.Join(' ', merge.Read(script).Out));
        Assert.StartsWith("C", id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("B0-1-7 a0:0-1-7/1@90 a0:0-1-7/2@90 E0-1-7:2", "0-1-7/1 0-1-7/2 end binlog.000003:91;0-1-7")]
    // A statement that changes no rows has a BEGIN and no END.
    [InlineData("B0-1-7 B0-1-8 a0:0-1-8/1@90 E0-1-8:1", "0-1-8/1 end binlog.000003:91;0-1-8")]
    // Before what is applied.
    [InlineData("B0-1-6 a0:0-1-6/1@40 E0-1-6:1 B0-1-7 a0:0-1-7/1@90 E0-1-7:1", "0-1-7/1 end binlog.000003:91;0-1-7")]
    public void C8_MariaDb_transactions_are_put_together(string script, string merged)
    {
        using var merge = new MergeScript(Maria);
        Assert.Equal(merged, string.Join(' ', merge.Read(script).Out));
    }

    [Fact]
    public void C8_older_transaction_of_PostgreSql_is_dropped_whole()
    {
        using var merge = new MergeScript(new LsnPosition(new Lsn(100)));
        Assert.Equal("9/1 end 0/65", string.Join(' ', merge.Read("B7 a0:7/1@90 E7:1@100 B9 a0:9/1@80 E9:1@101").Out));
    }

    [Theory]
    [InlineData("E7:1@100", "E-DBZ-073")]
    [InlineData("B7 a0:7/1@90 a0:7/2@91 E7:1@100 b0:8/1@95 a0:8/2@95 B8 E8:2@110", "E-DBZ-071")]
    // Counted anew after a restart: the first events differ, the counts differ, or the order in the log does.
    [InlineData("B7 a0:7/1@90 a0:7/2@91 B7 a0:7/1@92 E7:1@100", "E-DBZ-074")]
    [InlineData("B7 a0:7/1@90 E7:3@100 B7 E7:1@100", "E-DBZ-074")]
    [InlineData("B7 E7:3@100 a0:7/1@90 a0:7/2@95 b0:7/3@93", "E-DBZ-074")]
    public void C9_what_does_not_fit_stops_the_stream(string script, string code)
    {
        using var merge = new MergeScript();
        var error = Assert.Throws<OrchestratorException>(() => merge.Read(script));
        Assert.Equal((code, ErrorKind.Data), (error.Code, error.Kind));
    }

    [Theory]
    [InlineData("B7 a0:7/1@90 E7:2@100 a0:8/1@101", "E-DBZ-071", ErrorKind.Data)]
    [InlineData("B7 a0:7/1@90 E7:2@100", "E-DBZ-072", ErrorKind.Transient)]
    [InlineData("a0:7/1@90", "E-DBZ-072", ErrorKind.Transient)]
    [InlineData("B7 B7 a0:7/1@90 E7:1@100", "E-DBZ-072", ErrorKind.Transient)]
    public void C9_what_does_not_come_is_named(string script, string code, ErrorKind kind)
    {
        using var merge = new MergeScript();
        var error = merge.Read(script).Merge.Stalled();
        Assert.Equal((code, kind), (error?.Code, error?.Kind));
    }

    [Fact]
    public void C7_open_statement_without_rows_is_not_waited_for()
    {
        using var merge = new MergeScript(Maria);
        Assert.Null(merge.Read("B0-1-7").Merge.Stalled());
    }

    [Fact]
    public void C15_new_transaction_before_what_is_applied_is_of_another_log()
    {
        using var merge = new MergeScript(Maria);
        Assert.Equal("E-DBZ-075", Assert.Throws<OrchestratorException>(() => merge.Read("B0-1-7 a0:0-1-7/1@40 E0-1-7:1")).Code);
    }

    [Theory]
    [InlineData("Tombstone")]
    [InlineData("Heartbeat")]
    [InlineData("SchemaChange")]
    [InlineData("Message")]
    public void C3_record_of_no_transaction_is_passed(string name)
    {
        var kind = Enum.Parse<EventKind>(name);
        using var merge = new MergeScript();
        merge.Put("a", 0, new DecodedEvent { Kind = kind });

        Assert.Empty(merge.Out);
        Assert.Equal(1, merge.Merge.Position.Offsets[("a", 0)]);
    }

    [Theory]
    [InlineData(true, "E-DBZ-076")]
    [InlineData(false, "E-DBZ-077")]
    public void C1_row_outside_of_transactions_is_refused(bool isSnapshot, string code)
    {
        using var merge = new MergeScript();
        var error = Assert.Throws<OrchestratorException>(() => merge.Put("a", 0, new DecodedEvent { Kind = EventKind.Change, IsSnapshot = isSnapshot }));
        Assert.Equal(code, error.Code);
        Assert.Contains("topic a, partition 0, offset 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void C5_truncates_of_one_statement_keep_their_order()
    {
        using var merge = new MergeScript();
        merge.Read("B7 E7:2@100");
        foreach (var (topic, order) in new[] { ("b", 2L), ("a", 1L) })
            merge.Put(topic, 0, new DecodedEvent { Kind = EventKind.Truncate, Op = ChangeOp.Truncate, Transaction = new TransactionKey(7, null), TotalOrder = order, Source = new SourcePoint(90, null, 0) });

        Assert.Equal(["7/1", "7/2", "end 0/64"], merge.Out);
    }

    [Fact]
    public void Position_names_the_first_record_that_is_not_applied()
    {
        using var merge = new MergeScript();
        merge.Read("B7 a0:7/1@90 E7:1@100 b0:8/2@102 a0:8/1@101 B8 a0:9/1@103 E8:3@110");

        Assert.Equal(":a@0=1,b@0=0,shop.transaction@0=2~0|0/64", merge.Merge.Position.ToString());
    }
}
