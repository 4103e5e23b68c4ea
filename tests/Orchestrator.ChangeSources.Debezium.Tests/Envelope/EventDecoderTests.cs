using System.Text;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

public sealed class EventDecoderTests : IDisposable
{
    private readonly RentedList<byte> _images = new();

    public void Dispose() => _images.Dispose();

    [Fact]
    public void Insert_says_where_it_stands_in_which_transaction()
    {
        var table = Decoded.Table(("v", "text"));
        var change = Decode(table, Decoded.Event("c", null, """{"id":1,"v":"x"}"""));
        Assert.Equal((EventKind.Change, ChangeOp.Insert, false, 0), (change.Kind, change.Op, change.IsSnapshot, change.Table));
        Assert.Equal((800UL, 2L, 24934008UL, 1795232280393961L), (change.Transaction.Number, change.TotalOrder, change.Source.Lsn, change.CommitMicroseconds));
        Assert.Equal(OldImage.None, change.Old);
        // Int16 columns; 't', Int32 length, text; twice.
        Assert.Equal("0002" + "74" + "00000001" + "31" + "74" + "00000001" + "78", Convert.ToHexString(_images.Span.Slice(change.NewOffset, change.NewLength)));
    }

    [Fact]
    public void Row_read_by_the_connectors_snapshot_is_marked() =>
        Assert.True(Decode(Decoded.Table(), Decoded.Event("r", null, """{"id":1}""")) is { IsSnapshot: true, Op: ChangeOp.Insert });

    /// <summary>The recorded filling of what is not the key: '' and 1970-01-01, which are no data.</summary>
    [Fact]
    public void C4_delete_of_a_keyed_table_keeps_only_the_key()
    {
        var table = Decoded.Table(("email", "text"), ("created", "timestamp with time zone"));
        var change = Decode(table, Decoded.Event("d", """{"id":2,"email":"","created":"1970-01-01T00:00:00.000000Z"}""", null));
        Assert.Equal((ChangeOp.Delete, OldImage.Key), (change.Op, change.Old));
        Assert.Equal([("id", "2"), ("email", null), ("created", null)], Row(table, change.OldOffset));
    }

    [Fact]
    public void C4_delete_may_leave_out_what_is_not_the_key()
    {
        var table = Decoded.Table(("email", "text"));
        Assert.Equal([("id", "2"), ("email", null)], Row(table, Decode(table, Decoded.Event("d", """{"id":2}""", null)).OldOffset));
    }

    [Fact]
    public void Old_row_of_a_table_without_key_is_whole()
    {
        var table = Decoded.Of([("a", "integer", null), ("b", "text", null)], RowKeyKind.FullRow);
        var change = Decode(table, Decoded.Event("u", """{"a":1,"b":"x"}""", """{"a":1,"b":"y"}"""));
        Assert.Equal(OldImage.Full, change.Old);
        Assert.Equal([("a", "1"), ("b", "x")], Row(table, change.OldOffset));
        Assert.Equal([("a", "1"), ("b", "y")], Row(table, change.NewOffset));
    }

    [Fact]
    public void Old_row_is_left_out_when_the_key_did_not_change_and_kept_when_it_did()
    {
        var table = Decoded.MySqlTable(("v", "text", "text"));
        Assert.Equal(OldImage.None, Decode(table, Decoded.Event("u", """{"id":1,"v":"x"}""", """{"id":1,"v":"y"}""")).Old);
        var moved = Decode(table, Decoded.Event("u", """{"id":1,"v":"x"}""", """{"id":2,"v":"y"}"""));
        Assert.Equal(OldImage.Key, moved.Old);
        Assert.Equal([("id", "1"), ("v", null)], Row(table, moved.OldOffset));
    }

    [Fact]
    public void C2_changed_key_stays_a_delete_a_tombstone_and_an_insert()
    {
        var table = Decoded.Table();
        Assert.Equal(ChangeOp.Delete, Decode(table, Decoded.Event("d", """{"id":1}""", null)).Op);
        Assert.Equal(EventKind.Tombstone, Decode(table, []).Kind);
        Assert.Equal(ChangeOp.Insert, Decode(table, Decoded.Event("c", null, """{"id":2}""")).Op);
    }

    [Fact]
    public void C5_truncate_names_its_table() =>
        Assert.True(Decode(Decoded.Table(), Decoded.Event("t", null, null)) is { Kind: EventKind.Truncate, Op: ChangeOp.Truncate, Table: 0, Transaction.Number: 800 });

    [Fact]
    public void C12_columns_are_taken_by_name_whatever_their_order()
    {
        var table = Decoded.Table(("a", "text"), ("b", "text"));
        var change = Decode(table, Decoded.Event("c", null, """{"b":"bb","id":7,"a":null}"""));
        Assert.Equal([("id", "7"), ("a", null), ("b", "bb")], Row(table, change.NewOffset));
    }

    [Theory]
    [InlineData("""{"id":1,"v":"x","extra":1}""", "E-DBZ-004", "extra")]
    [InlineData("""{"id":1}""", "E-DBZ-005", "v")]
    [InlineData("""{"id":1,"renamed":"x"}""", "E-DBZ-004", "renamed")]
    [InlineData("""{"id":1,"v":"x","v":"y"}""", "E-DBZ-004", "v")]
    public void C12_other_columns_than_planned_stop(string row, string code, string column)
    {
        var error = Assert.Throws<OrchestratorException>(() => Decode(Decoded.Table(("v", "text")), Decoded.Event("c", null, row)));
        Assert.Equal((ErrorKind.Data, code, "public.t", column), (error.Kind, error.Code, error.Table, error.Column));
        Assert.Equal(0, _images.Count);
    }

    [Fact]
    public void C12_table_in_two_forms_is_decoded_by_the_one_that_fits()
    {
        var (first, second) = (Decoded.Table(("a", "text")), Decoded.Table(("a", "text"), ("b", "integer")));
        using var decoder = Decoded.Decoder([first, second]);
        Assert.Equal([0, 0, 1, 0], new[] { """{"id":1,"a":"x"}""", """{"id":2,"a":"x"}""", """{"id":3,"a":"x","b":1}""", """{"id":4,"a":"x"}""" }
            .Select(r => decoder.Decode(TopicKind.Data, Decoded.Event("c", null, r), _images).Table));
    }

    [Fact]
    public void C12_table_whose_column_changed_its_type_is_decoded_by_the_form_that_fits()
    {
        using var decoder = Decoded.Decoder([Decoded.Table(("v", "text")), Decoded.Table(("v", "integer"))]);
        Assert.Equal([0, 1, 0], new[] { """{"id":1,"v":"x"}""", """{"id":2,"v":5}""", """{"id":3,"v":"y"}""" }
            .Select(r => decoder.Decode(TopicKind.Data, Decoded.Event("c", null, r), _images).Table));
    }

    [Theory]
    [InlineData("{\"id\":1}", true)]
    [InlineData("{\"schema\":{\"type\":\"struct\"},\"payload\":{\"id\":1}}", true)]
    [InlineData("{\"v\":\"x\"}", false)]
    [InlineData("{\"id\":1,\"v\":\"x\"}", false)]
    [InlineData("", false)]
    public void C9_key_of_a_record_is_compared_with_the_tables(string key, bool expected)
    {
        using var decoder = Decoded.Decoder(Decoded.Table(("v", "text")));
        Assert.Equal(expected, decoder.IsOrderedByKey(0, Encoding.UTF8.GetBytes(key)));
    }

    [Fact]
    public void Table_is_found_by_the_source_block_not_by_what_rows_say()
    {
        // A column that looks like the block; the real one stands after it, or names come escaped.
        var table = Decoded.Table(("source", "text"));
        var row = """{"id":1,"source":"\"source\":{\"schema\":\"public\",\"table\":\"other\""}""";
        Assert.Equal("\"source\":{\"schema\":\"public\",\"table\":\"other\"", Row(table, Decode(table, Decoded.Event("c", null, row)).NewOffset)[1].Value);
        Assert.Equal(0, Decode(table, Decoded.Event("c", null, """{"id":1,"source":null}""", "\\u0074")).Table);
        Assert.Equal("E-DBZ-003", Assert.Throws<OrchestratorException>(() => Decode(table, Decoded.Event("c", null, row, "u"))).Code);
    }

    [Theory]
    [InlineData("no json", "E-DBZ-001")]
    [InlineData("[]", "E-DBZ-001")]
    [InlineData("{\"before\":null,\"after\":{\"id\":1", "E-DBZ-001")]
    [InlineData("{\"schema\":{\"type\":\"struct\"}}", "E-DBZ-001")]
    [InlineData("{\"id\":1,\"__op\":\"c\",\"__deleted\":\"false\"}", "E-DBZ-002")]
    [InlineData("{\"schema\":\"a column\",\"id\":1}", "E-DBZ-002")]
    public void Record_that_is_no_event_stops_and_says_where(string value, string code)
    {
        var error = Assert.Throws<OrchestratorException>(() => Decode(Decoded.Table(), Encoding.UTF8.GetBytes(value))).At("p.public.t", 3, 42);
        Assert.Equal((ErrorKind.Data, code), (error.Kind, error.Code));
        Assert.Contains("topic p.public.t, partition 3, offset 42", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", """{"id":1}""", "E-DBZ-001")]
    [InlineData("u", null, "E-DBZ-001")]
    public void Event_without_what_its_operation_needs_stops(string op, string? after, string code) =>
        Assert.Equal(code, Assert.Throws<OrchestratorException>(() => Decode(Decoded.Table(), Decoded.Event(op, null, after))).Code);

    [Fact]
    public void Delete_without_old_row_stops() =>
        Assert.Equal("E-DBZ-009", Assert.Throws<OrchestratorException>(() => Decode(Decoded.Table(), Decoded.Event("d", null, """{"id":1}"""))).Code);

    [Fact]
    public void Types_of_the_users_own_are_read_by_their_kind()
    {
        var table = Decoded.Table(("e", "shop.mood"), ("d", "shop.moment"), ("c", "shop.addr"), ("ea", "shop.mood[]"));
        table = table with { Columns = [.. table.Columns.Select((c, i) => c with { TypeId = (uint)i })] };
        var types = new Dictionary<uint, UserType>
        {
            [1] = new(UserTypeKind.Enum), [2] = new(UserTypeKind.Domain, "timestamp(3) without time zone"), [3] = new(UserTypeKind.Other), [4] = new(UserTypeKind.Enum),
        };
        using var decoder = Decoded.Decoder([table], types: types);
        var row = """{"id":1,"e":"happy","d":1772282096123,"c":"KCJNYWluIHN0IiwxMjM0NSk=","ea":["sad","happy"]}""";
        var change = decoder.Decode(TopicKind.Data, Decoded.Event("c", null, row), _images);
        Assert.Equal(
            [("id", "1"), ("e", "happy"), ("d", "2026-02-28 12:34:56.123"), ("c", "(\"Main st\",12345)"), ("ea", "{\"sad\",\"happy\"}")], Row(table, change.NewOffset));
    }

    private DecodedEvent Decode(TableSchema table, byte[] value)
    {
        using var decoder = Decoded.Decoder(table);
        return decoder.Decode(TopicKind.Data, value, _images);
    }

    private List<(string Name, string? Value)> Row(TableSchema table, int offset) => [.. ReplayedTable.Read(_images, offset, table).Select(c => (c.Key, c.Value))];
}
