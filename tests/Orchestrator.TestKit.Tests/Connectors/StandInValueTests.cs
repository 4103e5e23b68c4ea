namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>Values the recording does not have, in the stream; the right JSON is by hand from the forms' documentation.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StandInValueTests
{
    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Type, string Text, string Json)[] Cases =
    [
        ("float8", "1e7", "1.0E7"),
        ("float8", "9999999", "9999999.0"),
        ("float8", "0.001", "0.001"),
        ("float8", "0.000123", "1.23E-4"),
        ("float8", "-123456.789", "-123456.789"),
        ("float8", "5e-324", "5.0E-324"),
        ("float4", "3.4028235e38", "3.4028235E38"),
        ("float4", "0.1", "0.1"),
        ("date", "0001-01-01 BC", "-719528"),
        ("date", "1969-12-31", "-1"),
        ("timestamp", "1969-12-31 23:59:59.999999", "-1"),
        ("timestamptz", "0044-03-15 12:00:00+00 BC", "\"-0043-03-15T12:00:00.000000Z\""),
        ("timestamptz", "20000-01-01 00:00:00+01", "\"+19999-12-31T23:00:00.000000Z\""),
        ("timestamptz(0)", "2026-02-28 12:34:56+05:30", "\"2026-02-28T07:04:56Z\""),
        ("timetz", "01:00:00+05:30", "\"19:30:00Z\""),
        ("time(3)", "01:02:03.004", "3723004"),
        ("interval", "-1 day -00:00:01.5", "-86401500000"),
        ("numeric(6,2)", "-1.28", "\"gA==\""),
        ("numeric", "1.50", "{\"scale\":2,\"value\":\"AJY=\"}"),
        ("bit(16)", "0000000100000010", "\"AgE=\""),
        ("bit(8)", "00000000", "\"\""),
        ("text[]", "{NULL,\"NULL\",\"\",\"a\\\\b\"}", "[null,\"NULL\",\"\",\"a\\\\b\"]"),
        ("bool[]", "{t,f,NULL}", "[true,false,null]"),
        ("float4[]", "{1,NaN}", "[1.0,\"NaN\"]"),
        ("money", "-1234.5", "\"/h3G\""),
    ];

    [Fact]
    public async Task Values_are_written_as_the_types_forms_say()
    {
        await using var stage = await StandInStage.CreateAsync("value", $"CREATE TABLE t(id int PRIMARY KEY, {string.Join(", ", Cases.Select((c, i) => $"v{i} {c.Type}"))})", "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync($"INSERT INTO t VALUES (1, {string.Join(", ", Cases.Select(c => $"'{c.Text}'"))})");

        var after = Assert.Single(await stage.ReadAsync("p.public.t", 1)).Json!["after"]!;

        Assert.Equal(Cases, Cases.Select((c, i) => c with { Json = after[$"v{i}"]?.ToJsonString(Plain) ?? "null" }));
    }

    [Fact]
    public async Task Interval_as_text_names_every_field()
    {
        await using var stage = await StandInStage.CreateAsync("interval", "CREATE TABLE t(id int PRIMARY KEY, v interval)", "t");
        await stage.CreateConnectorAsync(("interval.handling.mode", "string"));
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1, '-13 months 2 days -00:00:01.5'), (2, '30:00:00'), (3, '0')");

        Assert.Equal(["P-1Y-1M2DT0H0M-1.5S", "P0Y0M0DT30H0M0S", "P0Y0M0DT0H0M0S"], (await stage.ReadAsync("p.public.t", 3)).Select(r => (string)r.Json!["after"]!["v"]!));
    }
}
