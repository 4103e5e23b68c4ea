using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES MP4 to MP7: dates and times.</summary>
[Trait("Needs", "MySql")]
public sealed class TimeTests
{
    private const string Any = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'; ";

    private const string Zeros = Any + """
        CREATE TABLE t(id int PRIMARY KEY, d date, n datetime(3) NOT NULL, s timestamp NULL, v varchar(9));
        INSERT INTO t VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00', 'a'), (2, '2024-00-15', '2024-02-00 10:11:12.5', NULL, 'b'), (3, NULL, '2024-02-29 23:59:59.999', '1970-01-01 00:00:01', 'c'), (4, '2024-02-31', '2023-02-29 01:02:03', '2038-01-19 03:14:07', 'd'), (5, '0000-05-06', '0000-01-01', NULL, 'e');
        """;

    [Fact]
    public async Task MP4_dates_that_are_none_are_refused_with_their_number()
    {
        await using var scene = await MySqlScene.OpenAsync("mp4_fail", Zeros);
        var blockers = await scene.BlockersAsync();
        Assert.All(blockers, b => Assert.StartsWith("F-MYS-041", b, StringComparison.Ordinal));
        Assert.Contains(blockers, b => b.Contains("t.d 4 rows", StringComparison.Ordinal));
        Assert.Contains(blockers, b => b.Contains("t.n 4 rows", StringComparison.Ordinal));
        Assert.Contains(blockers, b => b.Contains("t.s 1 rows", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("d", "'0000-00-00'")]
    [InlineData("d", "'2024-00-15'")]
    [InlineData("d", "'2024-02-30'")]
    [InlineData("n", "'0000-00-00 00:00:00'")]
    [InlineData("s", "'0000-00-00 00:00:00'")]
    public async Task MP4_one_in_the_stream_stops_the_run_by_name(string column, string value)
    {
        await using var scene = await MySqlScene.OpenAsync("mp4_stream", Any + "CREATE TABLE t(id int PRIMARY KEY, d date, n datetime NOT NULL DEFAULT '2000-01-01', s timestamp NULL)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync(Any + $"INSERT INTO t(id, {column}) VALUES (77, {value})");
        var error = await scene.FailureAsync();
        Assert.Equal("E-VALUE-002", error.Code);
        Assert.Contains(value.Trim('\'')[..10], error.Message, StringComparison.Ordinal);
        Assert.Equal((scene.Source.Name + ".t", column, "id = 77"), (error.Table, error.Column, error.Key));
        Assert.Equal("0", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task MP4_or_become_NULL_and_are_counted()
    {
        await using var scene = await MySqlScene.OpenAsync("mp4_null", Zeros);
        scene.Options = o => o with { Mapping = o.Mapping with { ZeroDates = ZeroDates.Null } };
        var result = await MySqlTwice.MoveAsync(scene, "t", "d, n, s AT TIME ZONE 'UTC', v",
            [null, null, null, "a"], [null, null, null, "b"], [null, "2024-02-29 23:59:59.999", "1970-01-01 00:00:01", "c"], [null, null, "2038-01-19 03:14:07", "d"], [null, null, null, "e"]);
        Assert.Contains(result.Findings, f => f is { Id: "F-MYS-041", Severity: Severity.Note } && f.Object.EndsWith("t.d", StringComparison.Ordinal) && f.Why.StartsWith("4 rows", StringComparison.Ordinal));
        // Copied; then inserted, updated, inserted, deleted and inserted again.
        Assert.Contains(result.Report.Converted, c => c.Column == $"{scene.Source.Name}.t.d" && c.Rule == "zero-date=null" && c.Count == 4 * 6);
    }

    [Fact]
    public async Task MP4_or_minus_infinity_also_in_a_key()
    {
        await using var scene = await MySqlScene.OpenAsync("mp4_inf", Zeros + "CREATE TABLE k(d date, n int, v int, PRIMARY KEY (d, n)); INSERT INTO k VALUES ('0000-00-00', 1, 1), ('0000-00-00', 2, 2), ('1970-01-01', 1, 3)");
        scene.Options = o => o with { Mapping = o.Mapping with { ZeroDates = ZeroDates.Infinity } };
        await scene.FollowAsync();
        await MySqlTwice.FollowAsync(scene.Source, "t");
        await scene.Source.ExecuteAsync(Any + "UPDATE k SET v = 10 WHERE d = 0 AND n = 1; DELETE FROM k WHERE d = 0 AND n = 2; INSERT INTO k VALUES ('0000-00-00', 3, 4); UPDATE k SET d = '0000-00-00', n = 9 WHERE v = 3");
        await scene.CutOverAsync();
        await MySqlTwice.RequireAsync(scene, "t", "d, n, s AT TIME ZONE 'UTC', v",
            ["-infinity", "-infinity", "-infinity", "a"], ["-infinity", "-infinity", null, "b"], [null, "2024-02-29 23:59:59.999", "1970-01-01 00:00:01", "c"], ["-infinity", "-infinity", "2038-01-19 03:14:07", "d"], ["-infinity", "-infinity", null, "e"]);
        Assert.Equal("-infinity 1 10,-infinity 3 4,-infinity 9 3", await scene.Target.QueryScalarAsync($"SELECT string_agg(concat_ws(' ', d, n, v), ',' ORDER BY n) FROM {scene.Table("k")}"));
    }

    [Fact]
    public async Task MP5_times_of_more_than_a_day_and_below_zero()
    {
        // MySQL's longest time has no fraction.
        var isMariaDb = MySqlProduct.Chosen.IsMariaDb;
        var (micro, tenth) = isMariaDb ? ("838:59:59.999999", "838:59:59.9") : ("838:59:58.999999", "838:59:58.9");
        await using var scene = await MySqlScene.OpenAsync("mp5", $"""
            CREATE TABLE t(id int PRIMARY KEY, a time(6), b time, c time(1), d time(3), e time(5), f time(2), KEY (a));
            INSERT INTO t VALUES (1, '-{micro}', '-838:59:59', '{tenth}', '-00:00:00.001', '-00:00:00.00001', '00:00:00.01'), (2, '{micro}', '838:59:59', '-{tenth}', '00:00:00.5', '23:59:59.99999', '24:00:00'),
                (3, 0, 0, 0, 0, 0, 0), (4, NULL, NULL, NULL, NULL, NULL, NULL), (5, '-00:00:00.000001', '-00:00:01', '-00:00:00.1', '-01:00:00', '100:00:00', '-10:20:30.25'), (6, '12:34:56.7', '12:34:56', '12:34:56.7', '12:34:56.7', '12:34:56.7', '12:34:56.7');
            """);
        await MySqlTwice.MoveAsync(scene, "t", "a, b, c, d, e, f, extract(epoch from a)",
            ["-" + micro, "-838:59:59", tenth, "-00:00:00.001", "-00:00:00.00001", "00:00:00.01", isMariaDb ? "-3020399.999999" : "-3020398.999999"],
            [micro, "838:59:59", "-" + tenth, "00:00:00.5", "23:59:59.99999", "24:00:00", isMariaDb ? "3020399.999999" : "3020398.999999"],
            ["00:00:00", "00:00:00", "00:00:00", "00:00:00", "00:00:00", "00:00:00", "0.000000"], [null, null, null, null, null, null, null],
            ["-00:00:00.000001", "-00:00:01", "-00:00:00.1", "-01:00:00", "100:00:00", "-10:20:30.25", "-0.000001"],
            ["12:34:56.7", "12:34:56", "12:34:56.7", "12:34:56.7", "12:34:56.7", "12:34:56.7", "45296.700000"]);
    }

    private const string Moments = """
        CREATE TABLE t(id int PRIMARY KEY, a datetime, b datetime(1), c datetime(4), d datetime(6), e timestamp NULL, f timestamp(3) NULL, g timestamp(6) NULL, h timestamp(5) NULL, KEY (e));
        SET time_zone = '+00:00';
        INSERT INTO t VALUES (1, '2024-03-31 02:30:00', '2024-03-31 02:30:00.1', '2024-10-27 02:30:00.1234', '9999-12-31 23:59:59.999999', '2024-03-31 00:59:59', '2024-03-31 01:00:00.001', '2024-03-31 01:30:00.123456', '2024-10-27 00:30:00.00001'),
            (2, '1000-01-01', '0018-02-03 04:05:06.7', '1969-12-31 23:59:59.9999', '1582-10-10 00:00:00.000001', '2024-10-27 00:30:00', '2024-10-27 01:30:00.5', '1970-01-01 00:00:01.000001', '2038-01-19 03:14:07.99999'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        """;

    private static readonly string?[][] ExpectedMoments =
    [
        ["2024-03-31 02:30:00", "2024-03-31 02:30:00.1", "2024-10-27 02:30:00.1234", "9999-12-31 23:59:59.999999", "2024-03-31 00:59:59", "2024-03-31 01:00:00.001", "2024-03-31 01:30:00.123456", "2024-10-27 00:30:00.00001"],
        ["1000-01-01 00:00:00", "0018-02-03 04:05:06.7", "1969-12-31 23:59:59.9999", "1582-10-10 00:00:00.000001", "2024-10-27 00:30:00", "2024-10-27 01:30:00.5", "1970-01-01 00:00:01.000001", "2038-01-19 03:14:07.99999"],
        [null, null, null, null, null, null, null, null],
    ];

    private const string ShownMoments = "a, b, c, d, e AT TIME ZONE 'UTC', f AT TIME ZONE 'UTC', g AT TIME ZONE 'UTC', h AT TIME ZONE 'UTC'";

    [Fact]
    public async Task MP6_moments_are_the_same_in_copy_and_stream()
    {
        await using var scene = await MySqlScene.OpenAsync("mp6", Moments);
        await MySqlTwice.MoveAsync(scene, "t", ShownMoments, ExpectedMoments);
    }

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("SYSTEM")]
    public async Task MP6_whatever_the_servers_time_zone(string zone)
    {
        await using var server = await MySqlServer.StartAsync();
        if (zone != "SYSTEM") await server.RunAsync("mysql", Berlin);
        await server.RunAsync("", $"SET GLOBAL time_zone = '{zone}'");
        await using var scene = await MySqlScene.OpenAsync(server, "mp6_zone", Moments);
        await MySqlTwice.MoveAsync(scene, "t", ShownMoments, ExpectedMoments);
    }

    /// <summary>A zone with summer time from 2024-03-31 01:00 to 2024-10-27 01:00 UTC, as mysql_tzinfo_to_sql would write it.</summary>
    private const string Berlin = """
        INSERT INTO time_zone (Time_zone_id, Use_leap_seconds) VALUES (77, 'N'); INSERT INTO time_zone_name (Name, Time_zone_id) VALUES ('Europe/Berlin', 77);
        INSERT INTO time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation) VALUES (77, 0, 3600, 0, 'CET'), (77, 1, 7200, 1, 'CEST');
        INSERT INTO time_zone_transition (Time_zone_id, Transition_time, Transition_type_id) VALUES (77, 1711846800, 1), (77, 1729990800, 0);
        """;

    [Fact]
    public async Task MP7_years_and_dates_are_not_guessed_at()
    {
        await using var scene = await MySqlScene.OpenAsync("mp7", """
            CREATE TABLE t(id int PRIMARY KEY, y year, d date, e year(4) NOT NULL DEFAULT 2001);
            INSERT INTO t VALUES (1, 0000, '0018-01-01', 1901), (2, 1901, '0001-01-01', 2155), (3, 2155, '9999-12-31', 70), (4, NULL, NULL, 69), (5, '2024', '0099-12-31', '0');
            """);
        await MySqlTwice.MoveAsync(scene, "t", "y, d, e", ["0", "0018-01-01", "1901"], ["1901", "0001-01-01", "2155"], ["2155", "9999-12-31", "1970"], [null, null, "2069"], ["2024", "0099-12-31", "2000"]);
        Assert.Equal("2001", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING e"));
    }
}
