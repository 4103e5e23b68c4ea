using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Source;
using Bytes = Orchestrator.Engines.PostgreSql.Tests.Cdc.PgOutputBytes;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

public sealed class PgOutputDecoderTests
{
    private static readonly (string, uint, int)[] Columns = [("id", 23, -1), ("v", 1043, 14)];
    private readonly PgOutputDecoder _decoder = new([Followed(16, "t"), Followed(17, "late", from: 1000)]);
    private ChangeBatchBuilder _batch = NewBatch();

    [Fact]
    public void Rows_of_every_kind_come_out_as_they_went_in()
    {
        Feed(Bytes.Begin(100), Bytes.Relation(16, "public", "t", Columns), Bytes.Insert(16, "1", "é"), Bytes.Update(16, "1", null),
            Bytes.Update(16, 'K', ["1", null], ["2", Bytes.Unchanged]), Bytes.Delete(16, 'O', "2", ""), Bytes.Commit(100, 110, 1_000_000));

        var batch = Build();
        Assert.Equal(
            ["Insert None . 1,é", "Update None . 1,NULL", "Update Key 1,NULL 2,<unchanged>", "Delete Full 2, ."], Describe(batch));
        var transaction = Assert.Single(batch.Transactions);
        Assert.Equal((At(100), At(110)), (transaction.CommitPosition, transaction.EndPosition));
        Assert.Equal(new Lsn(110), _decoder.LastEnd);
        Assert.Equal([0], _decoder.Described);
    }

    [Fact]
    public void Commit_time_counts_from_2000()
    {
        Feed(Bytes.Begin(100, 86_400_000_000), Bytes.Commit(100, 110));

        Assert.Equal(new DateTimeOffset(2000, 1, 2, 0, 0, 0, TimeSpan.Zero), Build().Transactions[0].CommitTime);
    }

    [Theory]
    [InlineData(100UL, 1)]
    [InlineData(101UL, 0)]
    public void C8_transactions_that_committed_before_the_position_are_read_over_whole(ulong from, int expected)
    {
        _decoder.SkipBefore = new Lsn(from);

        Feed(Bytes.Begin(100), Bytes.Message(true, 99, "orchestrator", "m"), Bytes.Insert(16, "1", "a"), Bytes.Truncate(0, 16), Bytes.Commit(100, 110));

        var batch = Build();
        Assert.Equal((expected, expected * 2, expected == 1 ? "m" : null), (batch.Transactions.Count, batch.Changes.Length, batch.Marker));
    }

    [Fact]
    public void C1_changes_that_are_in_a_tables_snapshot_are_left_out_for_that_table_only()
    {
        Feed(Bytes.Begin(999), Bytes.Insert(17, "1", "in the snapshot"), Bytes.Truncate(0, 16, 17), Bytes.Insert(16, "1", "a"), Bytes.Commit(999, 1000),
            Bytes.Begin(1000), Bytes.Insert(17, "2", "after"), Bytes.Commit(1000, 1010));

        Assert.Equal(["Truncate None . .", "Insert None . 1,a", "Insert None . 2,after"], Describe(Build()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void C5_a_truncate_names_its_tables_and_whether_identities_restart(byte options, int restart)
    {
        Feed(Bytes.Begin(2000), Bytes.Truncate(options, 99, 16, 17), Bytes.Commit(2000, 2010));

        var changes = Build().Changes.ToArray();
        Assert.Equal([(ChangeOp.Truncate, 0, restart), (ChangeOp.Truncate, 1, restart)], changes.Select(c => (c.Op, c.Table, c.NewOffset)));
    }

    [Fact]
    public void C20_only_our_own_messages_are_markers()
    {
        Feed(Bytes.Begin(100), Bytes.Message(true, 99, "orchestrator", "ours"), Bytes.Message(true, 99, "app", "theirs"),
            Bytes.Message(true, 99, "orchestrator2", "nor this"), Bytes.Commit(100, 110), Bytes.Message(false, 120, "app", "outside"));

        var batch = Build();
        Assert.Equal(("ours", 0), (batch.Marker, batch.Changes.Length));
    }

    [Fact]
    public void C13_a_row_of_a_table_that_was_not_planned_stops_after_the_last_whole_transaction()
    {
        Feed(Bytes.Begin(100), Bytes.Insert(16, "1", "a"), Bytes.Commit(100, 110),
            Bytes.Begin(120), Bytes.Insert(16, "2", "b"), Bytes.Relation(55, "app", "p_2027", Columns), Bytes.Insert(55, "3", "c"));

        Assert.Equal(("E-DDL-002", "app.p_2027"), (_decoder.Stopped!.Code, _decoder.Stopped.Table));
        Assert.Contains("0/78", _decoder.Stopped.Message, StringComparison.Ordinal);
        Assert.Equal(["Insert None . 1,a"], Describe(Build()));
    }

    [Theory]
    [InlineData("t", "id 23 -1, v 1043 14, extra 25 -1")]
    [InlineData("t", "id 23 -1")]
    [InlineData("t", "id 23 -1, w 1043 14")]
    [InlineData("t", "id 20 -1, v 1043 14")]
    [InlineData("t", "id 23 -1, v 1043 24")]
    [InlineData("t", "v 1043 14, id 23 -1")]
    [InlineData("renamed", "id 23 -1, v 1043 14")]
    public void C12_a_table_described_otherwise_than_planned_stops_the_stream(string name, string columns)
    {
        var described = columns.Split(", ").Select(c => c.Split(' ')).Select(c => (c[0], uint.Parse(c[1]), int.Parse(c[2]))).ToArray();

        Feed(Bytes.Begin(100), Bytes.Insert(16, "1", "a"), Bytes.Relation(16, "public", name, described));

        Assert.Equal(("E-DDL-001", "public.t"), (_decoder.Stopped!.Code, _decoder.Stopped.Table));
        Assert.Empty(Describe(Build()));
    }

    [Fact]
    public void Origins_and_types_are_passed_over_and_anything_unknown_stops()
    {
        Feed([(byte)'O', 0, 0, 0, 0, 0, 0, 0, 0, (byte)'x', 0], [(byte)'Y', 0, 0, 0, 1, 0, 0]);
        Assert.Null(_decoder.Stopped);

        Feed([(byte)'?']);
        Assert.Equal("E-BUG-001", _decoder.Stopped!.Code);
    }

    internal static FollowedTable Followed(uint oid, string name, ulong from = 0) => new(
        new TableSchema
        {
            Table = new TableRef("public", name),
            SourceId = oid,
            Columns =
            [
                new ColumnSchema("id", 1, "integer", "integer", 23, -1, true, ColumnKind.Plain),
                new ColumnSchema("twice", 2, "integer", "integer", 23, -1, false, ColumnKind.Generated),
                new ColumnSchema("v", 4, "character varying(10)", "character varying", 1043, 14, false, ColumnKind.Plain),
            ],
            Key = new RowKey(RowKeyKind.PrimaryKey, [0]),
            Pages = 1,
            EstimatedRows = 1,
            Bytes = 8192,
        },
        At(from));

    private static LsnPosition At(ulong lsn) => new(new Lsn(lsn));

    private static ChangeBatchBuilder NewBatch() => new([Followed(16, "t").Table, Followed(17, "late").Table]);

    private void Feed(params byte[][] messages)
    {
        foreach (var message in messages) _decoder.Feed(message, _batch);
    }

    private ChangeBatch Build()
    {
        var built = _batch.Build(new LsnPosition(_decoder.LastEnd), endsTransaction: !_decoder.InTransaction);
        _batch = NewBatch();
        return built;
    }

    private static List<string> Describe(ChangeBatch batch) => [.. batch.Changes.ToArray().Select(c =>
        $"{c.Op} {c.Old} {(c.Old == OldImage.None ? "." : Image(batch, c.OldOffset))} {(c.Op is ChangeOp.Delete or ChangeOp.Truncate ? "." : Image(batch, c.NewOffset))}")];

    private static string Image(ChangeBatch batch, int offset)
    {
        var reader = new TupleReader(batch.Buffer.Span, offset);
        var values = new List<string>();
        for (var i = 0; i < reader.ColumnCount; i++)
        {
            var tag = reader.Next(out var text);
            values.Add(tag switch { ValueTag.Null => "NULL", ValueTag.Unchanged => "<unchanged>", _ => System.Text.Encoding.UTF8.GetString(text) });
        }

        return string.Join(',', values);
    }
}
