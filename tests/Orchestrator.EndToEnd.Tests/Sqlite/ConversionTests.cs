using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Columns that become what the user says; the expected values are the <c>sqlite3</c> program's or written out (CASES SP1, SP3).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class ConversionTests
{
    [Fact]
    public async Task SP3_counted_times_become_what_sqlite_says_they_are()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_counted", """
            CREATE TABLE t(id INTEGER PRIMARY KEY, s INTEGER, ms INTEGER, j REAL, d INTEGER, txt TEXT, ts INTEGER, txtz TEXT);
            INSERT INTO t VALUES (1, 1709251199, 1709251199123, julianday('2024-02-29 23:59:59'), 1709164800, '1709251199.25', -1, '2024-03-31T02:30:00+02:00'), (2, 0, 0, 2440587.5, 0, '-0.000001', 0, '1999-12-31 23:59'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              (4, 253402300799, 253402300799999, julianday('2024-02-29 11:59:59.123'), -86400, '1e9', 1, '2024-02-29'), (5, -62135596800, -1, 2451545, 951782400, '0', 2, '2024-02-29 00:00:00.000001Z');
            """);
        scene.Options = Columns(
            ("s", null, ColumnConversion.UnixSeconds), ("ms", null, ColumnConversion.UnixMilliseconds), ("j", "timestamp", ColumnConversion.JulianDay), ("d", "date", ColumnConversion.UnixSeconds),
            ("txt", null, ColumnConversion.UnixSeconds), ("ts", "timestamp(0)", ColumnConversion.UnixSeconds), ("txtz", "timestamptz", ColumnConversion.None));

        await scene.MoveAsync();

        // s, d and ts by SQLite's own functions, of which datetime() has no fractions; the others are written out.
        Assert.Equal(
            await scene.File.RunAsync("SELECT id || '|' || coalesce(datetime(s, 'unixepoch'), '') || '|' || coalesce(date(d, 'unixepoch'), '') || '|' || coalesce(datetime(ts, 'unixepoch'), '') || '|' || coalesce(strftime('%Y-%m-%d %H:%M:%f', j), '') FROM t ORDER BY id"),
            string.Join('\n', (await scene.Target.QueryRowsAsync("SELECT id || '|' || coalesce(to_char(s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '') || '|' || coalesce(d::text, '') || '|' || coalesce(ts::text, '') || '|' || coalesce(to_char(j, 'YYYY-MM-DD HH24:MI:SS.MS'), '') FROM t ORDER BY id")).Select(r => r[0])));
        Assert.Equal("2024-02-29 23:59:59.123,1970-01-01 00:00:00,9999-12-31 23:59:59.999,1969-12-31 23:59:59.999", await scene.Target.QueryScalarAsync("SELECT string_agg((ms AT TIME ZONE 'UTC')::text, ',' ORDER BY id) FROM t"));
        Assert.Equal("2024-02-29 23:59:59.25,1969-12-31 23:59:59.999999,2001-09-09 01:46:40,1970-01-01 00:00:00", await scene.Target.QueryScalarAsync("SELECT string_agg((txt AT TIME ZONE 'UTC')::text, ',' ORDER BY id) FROM t"));
        Assert.Equal("2024-03-31 00:30:00,1999-12-31 23:59:00,2024-02-29 00:00:00,2024-02-29 00:00:00.000001", await scene.Target.QueryScalarAsync("SELECT string_agg((txtz AT TIME ZONE 'UTC')::text, ',' ORDER BY id) FROM t"));
        Assert.Equal("timestamp with time zone,timestamp with time zone,timestamp without time zone,date,timestamp with time zone,timestamp without time zone,timestamp with time zone", await TypesAsync(scene));
    }

    [Fact]
    public async Task SP1_booleans_decimals_documents_and_texts_become_what_is_asked_for()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_conv", """
            CREATE TABLE t(id INTEGER PRIMARY KEY, b, n TEXT, m REAL, w TEXT, j TEXT, k, c TEXT, p TEXT);
            INSERT INTO t VALUES (1, 1, '12345678901234567890.12', 0.1, '1.50', '{"b": [1, 2.50], "a": "ü"}', '{"b": [1, 2.50], "a": "ü"}', 'three', 'ab   '), (2, 'No', '-.5', 2, '+7', ' null ', 5, 'ö', ''),
              (3, 'T', '1e3', -99.99, '-0', '"x"', 2.5, '', 'äöü'), (4, '0', NULL, NULL, NULL, NULL, NULL, NULL, NULL), (5, 'yes', '0.10', 99.5, '1e-20', '[]', CAST('{}' AS BLOB), 'äöü', 'abc');
            """);
        scene.Options = Columns(
            ("b", "boolean", default), ("n", "numeric(22,2)", default), ("m", "decimal(4,2)", default), ("w", "numeric", default), ("j", "json", default), ("k", "jsonb", default), ("c", "varchar(5)", default), ("p", "char(3)", default));

        await scene.MoveAsync();

        Assert.Equal("t,f,t,f,t", await scene.Target.QueryScalarAsync("SELECT string_agg(left(b::text, 1), ',' ORDER BY id) FROM t"));
        Assert.Equal("12345678901234567890.12|0.10|1.50,-0.50|2.00|7,1000.00|-99.99|0,,0.10|99.50|0.00000000000000000001", await scene.Target.QueryScalarAsync("SELECT string_agg(concat_ws('|', n, m, w), ',' ORDER BY id) FROM t"));
        Assert.Equal("""{"b": [1, 2.50], "a": "ü"}~ null ~"x"~-~[]""", await scene.Target.QueryScalarAsync("SELECT string_agg(coalesce(j::text, '-'), '~' ORDER BY id) FROM t"));
        Assert.Equal("""{"a": "ü", "b": [1, 2.50]}~5~2.5~-~{}""", await scene.Target.QueryScalarAsync("SELECT string_agg(coalesce(k::text, '-'), '~' ORDER BY id) FROM t"));
        Assert.Equal("boolean,numeric,numeric,numeric,json,jsonb,character varying,character", await TypesAsync(scene));

        // What the comparison says is worth nothing unless it sees a change of each kind.
        await scene.Target.ExecuteAsync("""UPDATE t SET b = NOT b WHERE id = 1; UPDATE t SET n = n + 0.01 WHERE id = 2; UPDATE t SET j = '"X"' WHERE id = 3; UPDATE t SET k = '{}' WHERE id = 1""");
        var compared = await Cli.Composition.Engine(null).ValidateAsync(scene.Options(new MigrationOptions { SourceUrl = scene.Urls, TargetUrl = scene.Target.Url, StateDirectory = scene.Folder }), new Progress<RunProgress>(), CancellationToken.None);
        Assert.Equal(["1 b,k", "2 n", "3 j"], compared.Report.Validation!.Tables[0].Rows.Select(r => $"{r.Key[0].Value} {string.Join(',', r.Columns.Select(c => c.Column))}").Order());
    }

    [Theory]
    [InlineData("boolean", ColumnConversion.None, "2", "holds something else than 0 and 1, true and false")]
    [InlineData("boolean", ColumnConversion.None, "' true'", "holds something else than 0 and 1, true and false")]
    [InlineData("boolean", ColumnConversion.None, "1.0", "holds something else than 0 and 1, true and false")]
    [InlineData("numeric(5,2)", ColumnConversion.None, "1.005", "holds 1.005, which numeric(5,2) cannot without losing digits")]
    [InlineData("numeric(5,2)", ColumnConversion.None, "'1000'", "holds 1000, which numeric(5,2) cannot without losing digits")]
    [InlineData("numeric(5,2)", ColumnConversion.None, "9e999", "holds an infinite number, which numeric(5,2) cannot")]
    [InlineData("numeric", ColumnConversion.None, "'1,5'", "holds a text, not a number")]
    [InlineData("json", ColumnConversion.None, "'{a: 1}'", "holds text that is no JSON")]
    [InlineData("jsonb", ColumnConversion.None, "'{\"a\": \"\\u0000\"}'", "holds JSON with \\u0000")]
    [InlineData("jsonb", ColumnConversion.None, "'{\"a\": 1, \"a\": 2}'", "holds JSON with the key a twice")]
    [InlineData("varchar(3)", ColumnConversion.None, "'abc '", "holds 4 characters, more than varchar(3) does")]
    [InlineData("char(3)", ColumnConversion.None, "'abcd'", "holds 4 characters, more than char(3) does")]
    [InlineData("varchar(3)", ColumnConversion.None, "12345", "holds 5 characters, more than varchar(3) does")]
    [InlineData("timestamp(3)", ColumnConversion.None, "'2024-02-29 12:00:00.1234'", "holds more digits of a second than timestamp(3) does")]
    [InlineData("timestamptz", ColumnConversion.None, "'2024-02-30'", "holds a text that is no timestamp with time zone")]
    [InlineData("date", ColumnConversion.UnixSeconds, "1", "holds a time of day too, which a date cannot")]
    [InlineData(null, ColumnConversion.UnixSeconds, "0.0000001", "holds a number that is no moment of the years 1 to 9999, or is finer than microseconds")]
    [InlineData(null, ColumnConversion.UnixMilliseconds, "'2024-02-29'", "holds a text, not a number")]
    [InlineData(null, ColumnConversion.JulianDay, "2440587.50000001", "or is finer than milliseconds")]
    public async Task SP3_value_that_cannot_be_converted_is_named(string? type, ColumnConversion conversion, string value, string says)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_conv2", $"CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, NULL), (7, {value});");
        scene.Options = Columns(("x", type, conversion));
        var blocker = Assert.Single(await scene.BlockersAsync());
        Assert.StartsWith("F-SQL-015 shop.t 1 row is rejected, 0 may be in all. Column x (), rowid 7, ", blocker, StringComparison.Ordinal);
        Assert.Contains(says, blocker, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bigint", ColumnConversion.UnixSeconds, "shop.t.x is read as unix-seconds, which gives a date or timestamp, not bigint.")]
    [InlineData("interval", ColumnConversion.None, "shop.t.x values of SQLite are not made interval.")]
    public async Task SP3_conversion_that_makes_no_sense_is_refused(string type, ColumnConversion conversion, string says)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_conv3", "CREATE TABLE t(id INTEGER PRIMARY KEY, x);");
        scene.Options = Columns(("x", type, conversion));
        Assert.Equal("F-SQL-010 " + says, Assert.Single(await scene.BlockersAsync()));
    }

    [Fact]
    public async Task Column_that_is_not_there_is_refused()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_conv4", "CREATE TABLE t(id INTEGER PRIMARY KEY);");
        scene.Options = Columns(("X", "boolean", default));
        await scene.StartAsync();
        Assert.Equal("E-CFG-011", (await Assert.ThrowsAsync<Core.Errors.OrchestratorException>(scene.EndAsync)).Code);
    }

    private static Func<MigrationOptions, MigrationOptions> Columns(params (string Column, string? Type, ColumnConversion Conversion)[] wishes) => o => o with
    {
        Strategy = MigrationStrategy.ParallelBatch,
        Mapping = new MappingOptions { Columns = wishes.ToDictionary(w => $"shop.t.{w.Column}", w => new ColumnOverride(null, w.Type) { Conversion = w.Conversion }) },
    };

    private static Task<string?> TypesAsync(SqliteScene scene) =>
        scene.Target.QueryScalarAsync("SELECT string_agg(data_type, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 't' AND ordinal_position > 1");
}
