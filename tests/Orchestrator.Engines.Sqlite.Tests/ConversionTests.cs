using System.Text;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class ConversionTests
{
    /// <summary>The first is RFC 9562, A.4; the others were made by Python's uuid.uuid5.</summary>
    [Theory]
    [InlineData("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "", "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2")]
    [InlineData("14288121-902b-4b39-b471-4f27c74ae6e5", "public.customer:id:", "1", "1c6553e2-46ea-5cdf-a1a2-3870a748474c")]
    [InlineData("14288121-902b-4b39-b471-4f27c74ae6e5", "größe.t:schlüssel:", "ä|ö", "4831a9a1-0e28-540b-8809-2d513230e95b")]
    public void Uuid_is_that_of_the_standard(string space, string prefix, string value, string uuid) =>
        Assert.Equal(uuid, new KeyUuid(Guid.Parse(space), prefix).Of(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Names_of_two_keys_are_never_one()
    {
        Assert.Equal("shop.customer:id:", KeyUuid.PrefixOf("shop", "customer", "id"));
        Assert.Equal("\"a.b\".c:id:", KeyUuid.PrefixOf("a.b", "c", "id"));
        Assert.Equal("a.\"b.c\":\"i\"\"d\":", KeyUuid.PrefixOf("a", "b.c", "i\"d"));
        Assert.Equal("a.\"b:id\":x:", KeyUuid.PrefixOf("a", "b:id", "x"));
    }

    [Theory]
    [InlineData(ColumnConversion.UnixSeconds, "0", "1970-01-01 00:00:00.000000")]
    [InlineData(ColumnConversion.UnixSeconds, "-1.5", "1969-12-31 23:59:58.500000")]
    [InlineData(ColumnConversion.UnixSeconds, "1709251199.123456", "2024-02-29 23:59:59.123456")]
    [InlineData(ColumnConversion.UnixSeconds, "1709251199.1234567", null)]
    [InlineData(ColumnConversion.UnixSeconds, "253402300799", "9999-12-31 23:59:59.000000")]
    [InlineData(ColumnConversion.UnixSeconds, "253402300800", null)]
    [InlineData(ColumnConversion.UnixSeconds, "-62135596800", "0001-01-01 00:00:00.000000")]
    [InlineData(ColumnConversion.UnixSeconds, "-62135596801", null)]
    [InlineData(ColumnConversion.UnixMilliseconds, "1709251199123", "2024-02-29 23:59:59.123000")]
    [InlineData(ColumnConversion.UnixMilliseconds, "1709251199123.456", "2024-02-29 23:59:59.123456")]
    [InlineData(ColumnConversion.UnixMilliseconds, "0.0001", null)]
    [InlineData(ColumnConversion.UnixMilliseconds, "9223372036854775807", null)]
    public void Counted_times_are_exact_or_none(ColumnConversion conversion, string text, string? expected)
    {
        Assert.True(ExactNumber.TryParse(text, out var number));
        Assert.Equal(expected, DateNumber.OfUnix(conversion, number) is { } value ? DateText.Canonical("timestamp", value) : null);
    }

    /// <summary>The numbers are what julianday() of the sqlite3 program gives for these times.</summary>
    [Theory]
    [InlineData(2440587.5, "1970-01-01 00:00:00.000000")]
    [InlineData(2460370.49998843, "2024-02-29 23:59:59.000000", true)]
    [InlineData(1721425.5, "0001-01-01 00:00:00.000000")]
    [InlineData(2451545, "2000-01-01 12:00:00.000000")]
    [InlineData(1721425.4, null)]
    [InlineData(-1, null)]
    [InlineData(5373484.5, null)]
    [InlineData(double.NaN, null)]
    public void Julian_days_are_read_as_sqlite_reads_them(double days, string? expected, bool isCutOff = false)
    {
        if (isCutOff)
        {
            // Fewer digits than SQLite itself writes: no number of whole milliseconds.
            Assert.Null(DateNumber.OfJulian(days));
            days = Math.Round(days * 86_400) * 1000 / 86_400_000;
        }

        Assert.Equal(expected, DateNumber.OfJulian(days) is { } value ? DateText.Canonical("timestamp", value) : null);
    }

    [Theory]
    [InlineData("{\"a\": [1, 2.50, \"x\"], \"b\": null}", true, null)]
    [InlineData("5", false, null)]
    [InlineData("", false, "holds text that is no JSON")]
    [InlineData("{'a': 1}", false, "holds text that is no JSON")]
    [InlineData("[1,]", false, "holds text that is no JSON")]
    [InlineData("NaN", false, "holds text that is no JSON")]
    [InlineData("{\"a\": [\"\\u0000\"]}", false, "holds JSON with \\u0000, which PostgreSQL's text cannot")]
    [InlineData("{\"\\u0000\": 1}", false, "holds JSON with \\u0000, which PostgreSQL's text cannot")]
    [InlineData("\"\\ud800\"", false, "holds JSON with half a surrogate pair, which is no character")]
    [InlineData("{\"a\": 1, \"a\": 2}", false, null)]
    [InlineData("[{\"a\": 1, \"a\": 2}]", true, "holds JSON with the key a twice, of which jsonb keeps one")]
    public void Json_is_refused_where_the_target_would_change_it(string text, bool isBinary, string? problem) => Assert.Equal(problem, JsonText.ProblemOf(text, isBinary));

    [Theory]
    [InlineData("0.1", null, "numeric", "0.09", "is 0.09, less than 0.1")]
    [InlineData("0.1", "150", "numeric", "150.00", null)]
    [InlineData("0.1", "150", "float", "Infinity", "is Infinity, more than 150")]
    [InlineData(null, "150", "float", "-Infinity", null)]
    [InlineData("1", "9007199254740993", "integer", "9007199254740994", "is 9007199254740994, more than 9007199254740993")]
    [InlineData("2000-01-01", "2024-02-29", "date", "2024-02-29", null)]
    [InlineData("2000-01-01", "2024-02-29", "date", "1999-12-31", "is 1999-12-31, less than 2000-01-01")]
    [InlineData("2000-01-01T12:00", null, "moment", "2000-01-01 11:59:59.999999+00", "is 2000-01-01 11:59:59.999999+00, less than 2000-01-01T12:00")]
    [InlineData(null, "2000-01-01T12:00", "moment", "2000-01-01 12:00:00.000000+00", null)]
    public void Range_names_what_is_outside(string? min, string? max, string form, string written, string? problem) =>
        Assert.Equal(problem, ValueRange.Of(new ColumnRules { Min = min, Max = max }, form)!.ProblemOf(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void Rules_are_read_as_they_were_written()
    {
        var rules = new ColumnRules
        {
            Conversion = ColumnConversion.UuidV5, Key = new KeyUuid(MappingOptions.OwnNamespace, "a b.\"t=/1\":required max=3:"), IsRequired = true, Min = "-1.5", Max = "2024-02-29T00:00",
        };
        Assert.Equal(rules, ColumnRules.Parse(rules.ToString()));
        Assert.Equal(new ColumnRules(), ColumnRules.Parse(""));
        Assert.Equal("julian-day", ColumnRules.Parse("julian-day").ToString());
    }
}
