using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Each form of value without an embedded schema; what they should become is PostgreSQL's and MySQL's own text for the recorded values.</summary>
public sealed class ValueFormTests
{
    private const string Unchanged = "<unchanged>";

    [Theory]
    [InlineData("boolean", "true", "t")]
    [InlineData("boolean", "false", "f")]
    [InlineData("boolean", "null", null)]
    [InlineData("bigint", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("real", "1.5", "1.5")]
    [InlineData("double precision", "-0.0", "-0.0")]
    [InlineData("double precision", "\"NaN\"", "NaN")]
    [InlineData("double precision", "\"-Infinity\"", "-Infinity")]
    [InlineData("numeric(10,4)", "\"1234.5678\"", "1234.5678")]
    [InlineData("numeric", "\"NAN\"", "NaN")]
    [InlineData("numeric", "\"POSITIVE_INFINITY\"", "Infinity")]
    [InlineData("money", "\"1234.56\"", "1234.56")]
    [InlineData("character(5)", "\"ab   \"", "ab   ")]
    [InlineData("text", "\"a\\\"b\\\\ \\u00fc \\ud83d\\ude00\"", "a\"b\\ ü 😀")]
    [InlineData("text", "\"\"", "")]
    [InlineData("bytea", "\"3q2+7wA=\"", "\\xdeadbeef00")]
    [InlineData("bytea", "\"\"", "\\x")]
    [InlineData("bit(1)", "true", "1")]
    [InlineData("bit(8)", "\"qg==\"", "10101010")]
    [InlineData("bit(12)", "\"AQg=\"", "100000000001")]
    [InlineData("date", "20512", "2026-02-28")]
    [InlineData("date", "-719528", "0001-01-01 BC")]
    [InlineData("date", "-622191234", "infinity")]
    [InlineData("date", "-2147472691", "-infinity")]
    [InlineData("time without time zone", "86399123456", "23:59:59.123456")]
    [InlineData("time without time zone", "86400000000", "24:00:00")]
    [InlineData("time(0) without time zone", "43200000", "12:00:00")]
    [InlineData("time with time zone", "\"10:34:56.789Z\"", "10:34:56.789+00")]
    [InlineData("timestamp without time zone", "1772282096123456", "2026-02-28 12:34:56.123456")]
    [InlineData("timestamp(3) without time zone", "1772282096120", "2026-02-28 12:34:56.12")]
    [InlineData("timestamp without time zone", "-1", "1969-12-31 23:59:59.999999")]
    [InlineData("timestamp without time zone", "253402300799999999", "9999-12-31 23:59:59.999999")]
    [InlineData("timestamp without time zone", "9223372036825200000", "infinity")]
    [InlineData("timestamp without time zone", "-9223372036832400000", "-infinity")]
    [InlineData("timestamp with time zone", "\"2026-02-28T10:34:56.123456Z\"", "2026-02-28 10:34:56.123456+00")]
    [InlineData("timestamp with time zone", "\"infinity\"", "infinity")]
    [InlineData("timestamp with time zone", "\"-0043-03-15T00:00:00.000000Z\"", "0044-03-15 00:00:00.000000+00 BC")]
    [InlineData("timestamp with time zone", "\"0000-03-15T00:00:00Z\"", "0001-03-15 00:00:00+00 BC")]
    [InlineData("timestamp with time zone", "\"+10000-01-01T00:00:00Z\"", "10000-01-01 00:00:00+00")]
    [InlineData("interval", "\"P1Y2M3DT4H5M6.789S\"", "P1Y2M3DT4H5M6.789S")]
    [InlineData("uuid", "\"0b5c3f5e-0d5c-4f53-9b6a-000000000001\"", "0b5c3f5e-0d5c-4f53-9b6a-000000000001")]
    [InlineData("jsonb", "\"{\\\"a\\\": 1.10}\"", "{\"a\": 1.10}")]
    [InlineData("integer[]", "[1,2,null]", "{1,2,NULL}")]
    [InlineData("integer[]", "[]", "{}")]
    [InlineData("text[]", "[\"a\",\"b,c\",null,\"d\\\"e\",\"NULL\",\"\",\"\\\\\"]", """{"a","b,c",NULL,"d\"e","NULL","","\\"}""")]
    [InlineData("numeric(5,2)[]", "[\"1.50\",\"NAN\"]", "{1.50,NaN}")]
    [InlineData("date[]", "[20454]", "{\"2026-01-01\"}")]
    [InlineData("hstore", "\"{\\\"a\\\":\\\"1\\\",\\\"b\\\":null,\\\"q\\\\\\\"\\\":\\\"\\\"}\"", """ "a"=>"1", "b"=>NULL, "q\""=>"" """)]
    [InlineData("public.hstore", "{\"a\":\"1\",\"b\":null}", """ "a"=>"1", "b"=>NULL """)]
    [InlineData("int4range", "\"[1,5)\"", "[1,5)")]
    [InlineData("int4multirange", "\"e1sxLDMpLFs1LDcpfQ==\"", "{[1,3),[5,7)}")]
    [InlineData("circle", "\"PCgxLjAsMi4wKSwzLjA+\"", "<(1.0,2.0),3.0>")]
    public void PostgreSql_value_becomes_the_targets_text(string type, string json, string? expected) =>
        Assert.Equal(type.EndsWith("hstore", StringComparison.Ordinal) ? expected?.Trim() : expected, Decoded.Value(type, json));

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value\"")]
    [InlineData("jsonb", "\"__debezium_unavailable_value\"")]
    [InlineData("numeric", "\"__debezium_unavailable_value\"")]
    [InlineData("bytea", "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")]
    [InlineData("polygon", "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\"]")]
    [InlineData("bytea[]", "[\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"]")]
    [InlineData("integer[]", "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]")]
    [InlineData("bigint[]", "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]")]
    [InlineData("uuid[]", "[\"b68a35a7-17ad-35b3-af2a-ae46edb4545a\"]")] // md5 of the text as a UUID of version 3, by Python's hashlib
    [InlineData("hstore", "{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}")]
    [InlineData("hstore", "\"{\\\"__debezium_unavailable_value\\\":\\\"__debezium_unavailable_value\\\"}\"")]
    public void C4_value_that_was_not_sent_is_unchanged(string type, string json) => Assert.Equal(Unchanged, Decoded.Value(type, json));

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value.\"", "__debezium_unavailable_value.")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\",\"x\"]", "{\"__debezium_unavailable_value\",\"x\"}")]
    public void C4_value_that_only_resembles_the_placeholder_is_kept(string type, string json, string expected) => Assert.Equal(expected, Decoded.Value(type, json));

    /// <summary>The default placeholder may stand in rows that another Debezium wrote; each run has a placeholder of its own.</summary>
    [Fact]
    public void C4_placeholder_of_another_connector_is_a_value_like_any_other()
    {
        var modes = new DebeziumModes { UnavailableValue = "__orchestrator-0123456789abcdef_unavailable_value" };

        Assert.Equal("__debezium_unavailable_value", Decoded.Value("text", "\"__debezium_unavailable_value\"", modes));
        Assert.Equal("{\"__debezium_unavailable_value\"}", Decoded.Value("text[]", "[\"__debezium_unavailable_value\"]", modes));
        Assert.Equal(Unchanged, Decoded.Value("text", $"\"{modes.UnavailableValue}\"", modes));
        Assert.Equal(Unchanged, Decoded.Value("text[]", $"[\"{modes.UnavailableValue}\"]", modes));
    }

    [Theory]
    [InlineData("tinyint(1)", "boolean", "1", "t")]
    [InlineData("tinyint(1)", "smallint", "5", "5")]
    [InlineData("bigint(20) unsigned", "numeric", "\"AP//////////\"", "18446744073709551615")]
    [InlineData("bigint(20) unsigned", "numeric", "-1", "18446744073709551615")]
    [InlineData("bigint(20) unsigned", "numeric", "-9223372036854775808", "9223372036854775808")]
    [InlineData("bigint(20) unsigned", "numeric", "7", "7")]
    [InlineData("decimal(10,4)", "numeric", "\"-0.5000\"", "-0.5000")]
    [InlineData("bit(1)", "boolean", "true", "t")]
    [InlineData("bit(64)", "bit(64)", "\"8PAAAAAAAAA=\"", "0000000000000000000000000000000000000000000000001111000011110000")]
    [InlineData("time(6)", "interval", "-3020399000001", "-838:59:59.000001")]
    [InlineData("time", "interval", "86399000000", "23:59:59")]
    [InlineData("datetime", "timestamp without time zone", "1772282096000", "2026-02-28 12:34:56")]
    [InlineData("datetime(6)", "timestamp without time zone", "1772282096123456", "2026-02-28 12:34:56.123456")]
    [InlineData("timestamp", "timestamp with time zone", "\"2026-02-28T12:34:56Z\"", "2026-02-28 12:34:56+00")]
    [InlineData("year(4)", "smallint", "1999", "1999")]
    [InlineData("enum('a','b c')", "text", "\"b c\"", "b c")]
    [InlineData("set('x','y','z')", "text", "\"x,z\"", "x,z")]
    [InlineData("binary(4)", "bytea", "\"3q0=\"", "\\xdead0000")]
    [InlineData("binary(16)", "uuid", "\"C1w/Xg1cT1ObagAAAAAAAQ==\"", "0b5c3f5e-0d5c-4f53-9b6a-000000000001")]
    [InlineData("json", "jsonb", "\"{\\\"k\\\":\\\"v2\\\"}\"", "{\"k\":\"v2\"}")]
    public void MySql_value_becomes_the_targets_text(string source, string type, string json, string expected) => Assert.Equal(expected, Decoded.MySqlValue(type, source, json));

    [Theory]
    [InlineData("numeric(10,4)", "\"ALxhTg==\"", "1234.5678")]
    [InlineData("numeric", "{\"scale\":9,\"value\":\"XODppWAV/sWq36MorjmBFQ==\"}", "123456789012345678901234567890.123456789")]
    [InlineData("money", "\"AeJA\"", "1234.56")]
    [InlineData("numeric[]", "[{\"scale\":1,\"value\":\"Dw==\"},{\"scale\":2,\"value\":\"AOE=\"}]", "{1.5,2.25}")]
    public void Precise_decimals_are_read_where_the_connector_writes_them(string type, string json, string expected) =>
        Assert.Equal(expected, Decoded.Value(type, json, new DebeziumModes { Decimals = DecimalMode.Precise }));

    [Theory]
    [InlineData("integer", "1.5", "E-DBZ-006")]
    [InlineData("integer", "\"1\"", "E-DBZ-006")]
    [InlineData("integer", "{}", "E-DBZ-006")]
    [InlineData("numeric", "1.5", "E-DBZ-006")]
    [InlineData("numeric", "\"B88=\"", "E-DBZ-006")] // base64 where digits are configured
    [InlineData("bytea", "\"\\\\xde\"", "E-DBZ-006")]
    [InlineData("time without time zone", "86400000001", "E-DBZ-006")]
    [InlineData("date", "2147483647", "E-DBZ-008")]
    [InlineData("timestamp without time zone", "-9223372036854775807", "E-DBZ-008")]
    [InlineData("integer[]", "[null,null]", "E-DBZ-008")]
    [InlineData("integer[]", "[[1,2],[3,4]]", "E-DBZ-008")]
    [InlineData("text[]", "[\"[Ljava.lang.String;@1\"]", "E-DBZ-008")]
    [InlineData("point", "{\"x\":1.5,\"y\":-2.0,\"wkb\":\"AQ==\",\"srid\":null}", "E-DBZ-007")]
    [InlineData("bit varying(16)", "\"BQ==\"", "E-DBZ-007")]
    [InlineData("shop.mood", "\"happy\"", "E-DBZ-007")] // an enumeration, or the base64 of something? its kind was not told
    [InlineData("text", "\"a\\u0000b\"", "E-DBZ-006")]
    public void Value_that_cannot_be_read_faithfully_stops(string type, string json, string code)
    {
        var error = Assert.Throws<OrchestratorException>(() => Decoded.Value(type, json));
        Assert.Equal((ErrorKind.Data, code, "public.t", "v"), (error.Kind, error.Code, error.Table, error.Column));
        Assert.NotEmpty(error.Fix);
    }

    [Theory]
    [InlineData("tinyint(1)", "boolean", "5")]
    [InlineData("enum('a','b')", "text", "\"\"")]
    [InlineData("point", "text", "{\"x\":1.5,\"y\":-2.0}")]
    [InlineData("inet6", "text", "\"::1\"")]
    public void MySql_value_that_cannot_be_read_faithfully_stops(string source, string type, string json) =>
        Assert.Equal("v", Assert.Throws<OrchestratorException>(() => Decoded.MySqlValue(type, source, json)).Column);
}
