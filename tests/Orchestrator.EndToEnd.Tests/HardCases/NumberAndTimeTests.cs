using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>CASES PP1 to PP5: values that a detour through a runtime's own types would alter.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class NumberAndTimeTests
{
    [Fact]
    public async Task PP1_numeric_keeps_every_digit_and_special_value()
    {
        await using var scene = await MigrationScene.OpenAsync("pp1", """
            CREATE TABLE t(id int PRIMARY KEY, free numeric, wide numeric(108,9), scaled numeric(10,3), negative_scale numeric(3,-2), big bigint, small smallint);
            INSERT INTO t VALUES
                (1, 'NaN', 'NaN', 'NaN', 'NaN', 9223372036854775807, 32767),
                (2, 'Infinity', repeat('9', 99)::numeric, 1.500, 12300, -9223372036854775808, -32768),
                (3, '-Infinity', -(repeat('9', 99) || '.999999999')::numeric, -0.001, -99900, 0, 0),
                (4, 1.500, 0.000000001, 0.000, 0, 1, 1), (5, 1.50, 1, 1, 100, NULL, NULL), (6, 0.0000, 0, 0, 0, NULL, NULL),
                (7, 1e-16000::numeric, NULL, NULL, NULL, NULL, NULL), (8, 1e130000::numeric, NULL, NULL, NULL, NULL, NULL),
                (9, 12345678901234567890123456789012345678901234567890.12345678901234567890123456789000, NULL, NULL, NULL, NULL, NULL);
            """);
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("1.500", await scene.Target.QueryScalarAsync("SELECT free FROM t WHERE id = 1004"));
        Assert.Equal("12345678901234567890123456789012345678901234567890.12345678901234567890123456789000",
            await scene.Target.QueryScalarAsync("SELECT free FROM t WHERE id = 2009"));
    }

    [Fact]
    public async Task PP2_floats_are_equal_by_their_bits()
    {
        await using var scene = await MigrationScene.OpenAsync("pp2", """
            CREATE TABLE t(id int PRIMARY KEY, d float8, r float4);
            INSERT INTO t VALUES (1, 'NaN', 'NaN'), (2, 'Infinity', 'Infinity'), (3, '-Infinity', '-Infinity'), (4, '-0', '-0'), (5, 0, 0),
                (6, 4.9406564584124654e-324, 1.4e-45), (7, 1.7976931348623157e308, 3.4028235e38), (8, 0.1, 0.1), (9, 2.2250738585072011e-308, 1.17549e-38);
            INSERT INTO t SELECT 100 + i, sqrt(i) * pi(), (sqrt(i) * exp(1))::float4 FROM generate_series(1, 300) i;
            """);
        await TwiceTheValue.MoveAsync(scene, "t");
        const string bits = "SELECT md5(string_agg(encode(float8send(d) || float4send(r), 'hex'), ',' ORDER BY id)) FROM t WHERE id BETWEEN {0} AND {0} + 999 AND id % 1000 <> 1";
        var source = await scene.Source.QueryScalarAsync(bits.Replace("{0}", "0", StringComparison.Ordinal));
        foreach (var from in new[] { "0", "1000", "2000", "3000" })
            Assert.Equal(source, await scene.Target.QueryScalarAsync(bits.Replace("{0}", from, StringComparison.Ordinal)));
        Assert.Equal("8000000000000000", await scene.Target.QueryScalarAsync("SELECT encode(float8send(d), 'hex') FROM t WHERE id = 2004"));
    }

    private const string Times = """
        CREATE TABLE t(id int PRIMARY KEY, d date, ts timestamp, tz timestamptz, ts0 timestamp(0), t time, tt timetz, i interval, i2 interval(2), iy interval year to month);
        INSERT INTO t VALUES
            (1, 'infinity', 'infinity', 'infinity', 'infinity', '24:00:00', '24:00:00-15:59', '1 mon -1 day +00:00:01', '0.01 s', '178000000 years'),
            (2, '-infinity', '-infinity', '-infinity', '-infinity', '00:00:00', '00:00:00+15:59', '-1 mon 30 days -23:59:59.999999', '-0.99 s', '-1 year -11 mons'),
            (3, '4713-11-24 BC', '4713-11-24 00:00:00 BC', '4713-11-24 00:00:00+00 BC', '0001-01-01 00:00:00 BC', '23:59:59.999999', '23:59:59.999999+05:30:15', '24 hours', '36 hours', '12 mons'),
            (4, '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '294276-12-31 23:59:59', '12:00', '12:00-03', '-178000000 years', '0', '0'),
            (5, '0001-01-01', '1883-11-18 12:03:58', '1883-11-18 12:03:58-05', '2024-06-30 23:59:60', '00:00:00.000001', '00:00:00.000001+00', '1 day -24 hours', '1 mon', '1 mon'),
            (6, '1582-10-10', '2024-03-31 02:30:00', '2024-03-31 02:30:00 Europe/Berlin', NULL, NULL, NULL, '0', NULL, NULL);
        """;

    [Fact]
    public async Task PP3_dates_and_times_keep_infinity_BC_and_24_00()
    {
        await using var scene = await MigrationScene.OpenAsync("pp3", Times);
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("24:00:00", await scene.Target.QueryScalarAsync("SELECT t FROM t WHERE id = 1001"));
        Assert.Equal("4713-11-24 BC", await scene.Target.QueryScalarAsync("SELECT d FROM t WHERE id = 2003"));
    }

    [Theory]
    [InlineData("Source")]
    [InlineData("Target")]
    public async Task PP4_session_settings_of_either_database_change_no_value(string side)
    {
        await using var scene = await MigrationScene.OpenAsync("pp4", Times + """
            CREATE TABLE n(id int PRIMARY KEY, f float8, g float4, b bytea, x xml, p point);
            INSERT INTO n VALUES (1, 0.1 + 0.2, 1.17549e-38, '\x00ff5c27', '<a/>', '(0.30000000000000004,1e-300)'), (2, pi(), 0.1, '\x', 'text', '(1,2)');
            """);
        var database = side == "Source" ? scene.Source : scene.Target;
        foreach (var setting in new[]
                 {
                     "timezone = 'America/St_Johns'", "datestyle = 'SQL, DMY'", "intervalstyle = 'sql_standard'", "extra_float_digits = -15", "bytea_output = 'escape'",
                     "default_transaction_isolation = 'serializable'", "search_path = nowhere", "statement_timeout = '2s'", "row_security = on", "xmloption = document",
                     "standard_conforming_strings = off", "array_nulls = off", "client_encoding = 'LATIN1'", "transform_null_equals = on", "gin_fuzzy_search_limit = 1",
                 })
            await database.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE \"{database.Name}\" SET {setting}");
        await scene.FollowAsync();
        await TwiceTheValue.FollowAsync(scene.Source, "public.t");
        await TwiceTheValue.FollowAsync(scene.Source, "public.n");
        await scene.FinishAsync();
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "public.t");
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "public.n");
    }

    [Fact]
    public async Task PP5_interval_and_money_are_never_normalised()
    {
        await using var scene = await MigrationScene.OpenAsync("pp5", """
            CREATE TABLE t(id int PRIMARY KEY, i interval, m money, ms money[]);
            INSERT INTO t VALUES (1, '13 mons -45 days 100:00:00', '92233720368547758.07', '{1.00,-2.50,NULL}'), (2, '-13 mons 45 days -100:00:00.000001', '-92233720368547758.08', '{}'),
                (3, '30 days', 0.01, NULL), (4, '1 mon', -0.01, '{0}'), (5, '720 hours', 1234.5, '{1234567.89}'), (6, '2 years 400 days 25:59:59.5', 0, NULL);
            """);
        await scene.Source.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE \"{scene.Source.Name}\" SET lc_monetary = 'C.utf8'");
        await scene.Target.Cluster.ExecuteAsync("postgres", $"ALTER DATABASE \"{scene.Target.Name}\" SET lc_monetary = 'POSIX'");
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("1 year 1 mon -45 days +100:00:00", await scene.Target.QueryScalarAsync("SELECT i FROM t WHERE id = 1001"));
        Assert.Equal("f", await scene.Target.QueryScalarAsync("SELECT (SELECT cash_send(m) FROM t WHERE id = 2001) <> cash_send('92233720368547758.07')"));
    }
}
