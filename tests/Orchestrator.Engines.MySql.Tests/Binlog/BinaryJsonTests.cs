using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Tests.Binlog.Recorded;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

public sealed class BinaryJsonTests
{
    public static TheoryData<string, string> Recorded => RecordedJson.Values;

    [Theory]
    [MemberData(nameof(Recorded))]
    public void MP13_recorded_document_is_printed_as_the_server_does(string hex, string text) => Assert.Equal(text, Print(Convert.FromHexString(hex)));

    /// <summary>Made after the documentation: what no recording has.</summary>
    [Theory]
    [InlineData("03020000001200000005FFFF00000700000080", "[-1, -2147483648]")]
    [InlineData("0101000000150000001300000002000804030201" + "6162", "{\"ab\": 16909060}")]
    [InlineData("0C0A22095C0A0D080C001F7F", "\"\\\"\\t\\\\\\n\\r\\b\\f\\u0000\\u001f\u007f\"")]
    [InlineData("0C06C3A4F09F9880", "\"ä😀\"")]
    [InlineData("0FFD0161", "\"a\"")]
    [InlineData("0F070800000019761F9519", "\"2015-01-15 23:24:25.000000\"")]
    [InlineData("0B0000000000000080", "-0.0")]
    public void MP13_documented_form_is_read(string hex, string text) => Assert.Equal(text, Print(Convert.FromHexString(hex)));

    /// <summary>The server prints the fewest digits and an exponent outside of 15 places, and marks whole numbers.</summary>
    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(100, "100.0")]
    [InlineData(1e14, "100000000000000.0")]
    [InlineData(1e15, "1e15")]
    [InlineData(123456789012345.6, "123456789012345.6")]
    [InlineData(1234567890123456, "1.234567890123456e15")]
    [InlineData(1e-15, "0.000000000000001")]
    [InlineData(1e-16, "1e-16")]
    [InlineData(1.5e-5, "0.000015")]
    [InlineData(-1.7976931348623157e308, "-1.7976931348623157e308")]
    [InlineData(5e-324, "5e-324")]
    public void Number_is_printed_as_the_server_does(double number, string text) => Assert.Equal(text, Print([11, .. BitConverter.GetBytes(number)]));

    [Fact]
    public void Long_opaque_value_is_broken_into_lines()
    {
        var bytes = Enumerable.Range(0, 60).Select(i => (byte)i).ToArray();
        var base64 = Convert.ToBase64String(bytes);
        Assert.Equal($"\"base64:type252:{base64[..76]}\\n{base64[76..]}\"", Print([15, 252, 60, .. bytes]));
    }

    [Theory]
    [InlineData("0D00")] // no such type
    [InlineData("0403")] // no such literal
    [InlineData("05FF")] // cut off
    [InlineData("0C05616263")]
    [InlineData("0CFFFFFFFFFF")] // a length without end
    [InlineData("0C8080808010")] // 4 GiB of text
    [InlineData("0C02C328")] // no UTF-8
    [InlineData("0001000D000B00010004020061")] // larger than what is there
    [InlineData("02FFFF0400")] // more members than bytes
    [InlineData("0201000B000C0300" + "03616263")] // a value inside the head
    [InlineData("0202000E000C0A000C0A000361626300")] // two values at one place
    [InlineData("00020014000012000100130001000401000401006261")] // no place for values
    [InlineData("000200140012000100130001000401000401006261")] // keys out of order
    [InlineData("000200140012000100120001000401000401006161")] // one key twice
    [InlineData("0FF604010081")] // a decimal shorter than it says
    [InlineData("0FF60342008A")] // too many digits
    [InlineData("0FF6030200FF")] // 127 in the place of two digits
    [InlineData("0F0C0400000000")] // half a date
    [InlineData("0B000000000000F07F")] // infinite
    [InlineData("0B")]
    public void Damaged_document_is_refused(string hex) => Assert.Throws<DamagedValue>(() => Print(Convert.FromHexString(hex)));

    [Fact]
    public void Document_nested_deeper_than_the_server_takes_is_refused()
    {
        Assert.Equal(new string('[', 100) + new string(']', 100), Print(Nested(100)));
        Assert.Throws<DamagedValue>(() => Print(Nested(101)));
        Assert.Throws<DamagedValue>(() => Print(Nested(5000)));
    }

    [Fact]
    public void Any_bytes_end_as_a_document_or_as_damage() => Prop.ForAll<byte[]>(bytes => RequireEnd(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Recorded_document_with_other_bytes_ends_as_a_document_or_as_damage()
    {
        var all = ((IEnumerable<object[]>)RecordedJson.Values).Select(v => Convert.FromHexString((string)v[0])).Where(v => v.Length > 0).ToArray();
        Prop.ForAll<NonNegativeInt, NonNegativeInt, byte>((which, where, with) =>
        {
            var bytes = all[which.Get % all.Length].ToArray();
            bytes[where.Get % bytes.Length] = with;
            RequireEnd(bytes);
            RequireEnd(bytes[..^(with % bytes.Length)]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>The documents are written by <see cref="JsonEncoder"/>, which was made after the documentation.</summary>
    [Fact]
    public void Written_document_is_read_back() => Prop.ForAll(Documents(4).ToArbitrary(), document =>
    {
        foreach (var isLarge in new[] { false, true })
        {
            using var read = JsonDocument.Parse(Print(JsonEncoder.Encode(document, isLarge)));
            Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(read.RootElement.GetRawText())), $"{document?.ToJsonString()} became {read.RootElement.GetRawText()}");
        }
    }).QuickCheckThrowOnFailure();

    private static Gen<JsonNode?> Documents(int depth)
    {
        var scalars = Gen.OneOf(
            ArbMap.Default.GeneratorFor<int>().Select(i => (JsonNode?)JsonValue.Create(i)),
            ArbMap.Default.GeneratorFor<bool>().Select(b => (JsonNode?)JsonValue.Create(b)),
            ArbMap.Default.GeneratorFor<UnicodeString>().Select(s => (JsonNode?)JsonValue.Create(Valid(s.Get))),
            ArbMap.Default.GeneratorFor<long>().Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Constant((JsonNode?)null));
        if (depth == 0) return scalars;
        var members = Documents(depth - 1).ArrayOf(5);
        return Gen.OneOf(
            scalars,
            members.Select(m => (JsonNode?)new JsonArray([.. m.Select(n => n?.DeepClone())])),
            members.Select(m => (JsonNode?)new JsonObject(m.Select((n, i) => KeyValuePair.Create(new string('k', i % 3) + i, n?.DeepClone())))));
    }

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));

    private static byte[] Nested(int depth)
    {
        byte[] inner = [0, 0, 4, 0];
        for (var i = 1; i < depth; i++) inner = [1, 0, (byte)(inner.Length + 7), (byte)((inner.Length + 7) >> 8), 2, 7, 0, .. inner];
        return [2, .. inner];
    }

    /// <summary>A text that is JSON, or damage that is called so.</summary>
    private static void RequireEnd(byte[] bytes)
    {
        if (Record.Exception(() => Print(bytes)) is { } error) Assert.IsType<DamagedValue>(error);
        else JsonDocument.Parse(Print(bytes), new JsonDocumentOptions { MaxDepth = 200 }).Dispose();
    }

    private static string Print(byte[] value)
    {
        var output = new ArrayBufferWriter<byte>();
        BinaryJson.Write(value, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
