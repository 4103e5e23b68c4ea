using System.Globalization;
using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Values that are not what was declared (CASES SP1 to SP4, SP7).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class ValueTests
{
    [Fact]
    public async Task SP1_columns_are_widened_until_every_value_fits_and_each_is_named()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp1", """
            CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, r INT, x TEXT, b BLOB, plain, mixed REAL);
            INSERT INTO t(n, r, x, b, plain, mixed) VALUES (1, 1, 'a', x'00', 1, 1.5), ('lots-of-it', 2.5, 7, x'ff', 'two', 'much'), (9007199254740993, 3, 8.5, NULL, 3.25, 2);
            """);

        var result = await scene.MoveAsync();

        Assert.Equal("text,double precision,text,bytea,text,text", await TypesAsync(scene, "t"));
        Assert.Equal("1|1|a|\\x00|1|1.5,lots-of-it|2.5|7|\\xff|two|much,9007199254740993|3|8.5|-|3.25|2.0", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(concat_ws('|', n, r, x, coalesce(b::text, '-'), plain, mixed), ',' ORDER BY id) FROM t"));
        var widened = result.Findings.Where(f => f.Id == "F-SQL-011").Select(f => f.Object).Order().ToList();
        Assert.Equal(["shop.t.mixed", "shop.t.n", "shop.t.plain", "shop.t.r"], widened);
        Assert.Contains(result.Findings, f => f.Object == "shop.t.n" && f.Why.Contains("rowid 2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SP1", "x TEXT", "x'ff00'", "bytes that are no text, first in rowid 2")]
    [InlineData("SP2", "x TEXT", "CAST(x'61ff' AS TEXT)", "text that is not UTF-8, first in rowid 2")]
    [InlineData("SP2_NUL", "x TEXT", "CAST(x'610062' AS TEXT)", "NUL character, which PostgreSQL's text cannot, first in rowid 2")]
    [InlineData("SP2_INT", "x INTEGER", "CAST(x'c3' AS TEXT)", "text that is not UTF-8, first in rowid 2")]
    public async Task SP2_what_no_type_holds_is_refused_with_table_column_and_row(string name, string column, string value, string why)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp2", $"CREATE TABLE t(id INTEGER PRIMARY KEY, {column}); INSERT INTO t VALUES (1, 'fine'), (2, {value});");

        var blocker = Assert.Single(await scene.BlockersAsync());

        Assert.StartsWith("F-SQL-010 shop.t.x ", blocker, StringComparison.Ordinal);
        Assert.True(blocker.Contains(why, StringComparison.Ordinal), $"{name}: {blocker}");
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task SP2_any_bytes_move_as_bytes_if_the_user_wants_them_so()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp2b", "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, 'fine'), (2, CAST(x'61ff00' AS TEXT)), (3, x'00'), (4, 12);");
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Mapping = Wish("shop.t.x", "bytea") };
        await scene.MoveAsync();
        Assert.Equal("66696e65,61ff00,00,3132", await scene.Target.QueryScalarAsync("SELECT string_agg(encode(x, 'hex'), ',' ORDER BY id) FROM t"));
    }

    [Fact]
    public async Task SP2_utf16_file_arrives_and_its_broken_text_is_refused()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_utf16", "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, y); INSERT INTO t VALUES (1, 'Größe 🙂', x'00ff'), (2, 'b', 5);");
        await scene.MoveAsync();
        Assert.Equal("Größe 🙂|\\x00ff,b|\\x35", await scene.Target.QueryScalarAsync("SELECT string_agg(x || '|' || y::text, ',' ORDER BY id) FROM t"));

        await using var broken = await SqliteScene.OpenAsync("sl_utf16b", "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, CAST(x'00d8' AS TEXT));");
        Assert.Contains("not UTF-8, first in rowid 1", Assert.Single(await broken.BlockersAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SP3_dates_are_what_their_values_are_unless_the_user_says_otherwise()
    {
        const string load = """
            CREATE TABLE t(id INTEGER PRIMARY KEY, written DATETIME, unix DATETIME, millis TIMESTAMP, julian DATE, zero DATETIME, chosen DATETIME);
            INSERT INTO t VALUES (1, '2024-02-29 23:59:59', 1709251199, 1709251199123, 2460370.49999, 0, '2024-02-29 23:59:59.5'), (2, '', 0, -1, 0.5, '', '2024-03-01T00:00:00');
            """;
        await using var scene = await SqliteScene.OpenAsync("sl_sp3", load);
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Mapping = Wish("shop.t.chosen", "timestamp") };

        var result = await scene.MoveAsync();

        Assert.Equal("text,bigint,bigint,double precision,text,timestamp without time zone", await TypesAsync(scene, "t"));
        Assert.Equal("2024-02-29 23:59:59|1709251199|1709251199123|2460370.49999|0|2024-02-29 23:59:59.5,|0|-1|0.5||2024-03-01 00:00:00", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(concat_ws('|', written, unix, millis, julian, zero, chosen), ',' ORDER BY id) FROM t"));
        Assert.Equal(6, result.Findings.Count(f => f.Id == "F-SQL-013"));

        await using var guessed = await SqliteScene.OpenAsync("sl_sp3b", load);
        guessed.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Mapping = Wish("shop.t.unix", "timestamp") };
        Assert.Contains("Column unix (DATETIME), rowid 1, holds an integer, which is not guessed to be timestamp", Assert.Single(await guessed.BlockersAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SP4_any_declared_type_has_an_affinity_and_never_fails()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp4", """
            CREATE TABLE filled(a, b NUMBER, c "byte[]", d "text nocase", e FLOATING POINT, f BANANA, g BOOLEAN, h DECIMAL(4,1), i "UNSIGNED BIG INT", j NATIVE CHARACTER(70), k "", l STRINGS);
            INSERT INTO filled VALUES ('x', 12.50, x'01', 'T', 5, 'kiwi', 1, 1e20, 18446744073709551615, 'n', NULL, '007');
            CREATE TABLE empty(a, b NUMBER, c "byte[]", d "text nocase", e FLOATING POINT, f BANANA, g BOOLEAN, h DECIMAL(4,1), i "UNSIGNED BIG INT", j NATIVE CHARACTER(70), k BLOB, l REAL);
            """);
        await scene.MoveAsync();
        Assert.Equal("text,numeric,bytea,text,bigint,text,bigint,numeric,double precision,text,text,bigint", await TypesAsync(scene, "filled", 0));
        Assert.Equal("text,numeric,text,text,bigint,text,text,numeric,bigint,text,bytea,double precision", await TypesAsync(scene, "empty", 0));
        Assert.Equal("x|12.5|T|5|kiwi|1|100000000000000000000|1.8446744073709552e+19|n|7", await scene.Target.QueryScalarAsync("SELECT concat_ws('|', a, b, d, e, f, g, h, i, j, l) FROM filled"));
    }

    [Fact]
    public async Task SP7_numbers_are_exact()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp7", """
            CREATE TABLE t(id INTEGER PRIMARY KEY, i INTEGER, r REAL, n NUMERIC, u);
            INSERT INTO t VALUES (1, 9223372036854775807, 9e999, 9007199254740993, 1.7976931348623157e308), (2, -9223372036854775808, -9e999, 0.1, 9007199254740993),
              (3, 9007199254740993, 5e-324, 1e300, 5e-324), (4, 0, 2.2250738585072014e-308, -5e-324, -0.0), (5, 1, 18014398509481992.0, 123456789.12345679, 0.30000000000000004), (6, -1, 1e22, 9e999, 3);
            """);
        await scene.MoveAsync();
        Assert.Equal("bigint,double precision,numeric,numeric", await TypesAsync(scene, "t"));
        Assert.Equal("9223372036854775807|Infinity,-9223372036854775808|-Infinity,9007199254740993|5e-324,0|2.2250738585072014e-308,1|1.8014398509481992e+16,-1|1e+22", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(concat_ws('|', i, r), ',' ORDER BY id) FROM t"));
        Assert.Equal("t", await scene.Target.QueryScalarAsync("SELECT (SELECT n = 9007199254740993 AND u = 1.7976931348623157e308::numeric FROM t WHERE id = 1) AND (SELECT u = 9007199254740993 FROM t WHERE id = 2) AND (SELECT n = 'Infinity' FROM t WHERE id = 6)"));
    }

    [Fact]
    public async Task SP7_random_numbers_are_compared_alike_on_both_sides()
    {
        var random = new Random(7);
        var numbers = Enumerable.Range(0, 20_000).Select(i => i % 2 == 0
            ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))
            : Math.ScaleB(random.NextInt64(1L << 52, 1L << 53), random.Next(-20, 60)));
        var values = numbers.Where(double.IsFinite).Select((n, i) => string.Create(CultureInfo.InvariantCulture, $"({i}, {n:R}, {n:R}, {n:R})"));
        await using var scene = await SqliteScene.OpenAsync("sl_random", $"CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, n NUMERIC, u); BEGIN; INSERT INTO t VALUES {string.Join(", ", values)}; INSERT INTO t VALUES (-1, 0, 0, 9007199254740993); COMMIT;");

        await scene.MoveAsync();

        Assert.Equal("double precision,numeric,numeric", await TypesAsync(scene, "t"));
    }

    private static MappingOptions Wish(string column, string type) =>
        new() { Columns = new Dictionary<string, ColumnOverride> { [column] = new(null, type) } };

    /// <summary>Types of a table's columns, without those at its beginning.</summary>
    private static Task<string?> TypesAsync(SqliteScene scene, string table, int without = 1) => scene.Target.QueryScalarAsync(
        $"SELECT string_agg(data_type, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = '{table}' AND ordinal_position > {without}");
}
