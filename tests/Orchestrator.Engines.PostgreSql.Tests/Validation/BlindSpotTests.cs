using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;
using K = Orchestrator.Core.Validation.DifferenceKind;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V8: every planted corruption is found and named; V12: with table, key, column and both values.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class BlindSpotTests
{
    /// <summary>One corruption of one table of its own. {t} stands for the table.</summary>
    private sealed record Planted(
        string What, string Columns, string Rows, string Corrupt, K Kind, string Key, string Column, string? Source, string? Target);

    private const string Two = "a text, b text";

    private static readonly IReadOnlyList<Planted> Corruptions =
    [
        One("one byte of text", "text", "'some text ' || i", "'some texT 7'", "some text 7", "some texT 7"),
        One("trailing blank", "text", "'x' || i", "'x7 '", "x7", "x7 "),
        One("unicode form", "text", "'e' || U&'\\0301' || i", "U&'\\00e9' || '7'", "e\u03017", "\u00e97"),
        One("NULL to empty", "text", "NULL", "''", null, ""),
        One("empty to NULL", "text", "''", "NULL", "", null),
        One("text NULL", "text", "NULL", "'NULL'", null, "NULL"),
        One("last byte of a long text", "text", "repeat(md5(i::text), 5000)", "overlay(v placing '!' from 160000)", null, null),
        One("case of citext", "citext", "'A' || i", "'a7'", "A7", "a7"),
        One("scale", "numeric", "1.5", "1.50", "1.5", "1.50"),
        One("smallest digit", "numeric", "12345678901234567890.123456789 + i", "12345678901234567897.123456788", "12345678901234567897.123456789", "12345678901234567897.123456788"),
        One("sign of zero", "float8", "0", "'-0'", "0", "-0"),
        One("float to NaN", "float8", "i", "'NaN'", "7", "NaN"),
        One("last bit of float8", "float8", "0.3", "0.30000000000000004", "0.3", "0.30000000000000004"),
        One("last bit of float4", "float4", "0.1", "0.10000001", "0.1", "0.10000001"),
        One("bigint halves that fold to one", "bigint", "1", "4294967296", "1", "4294967296"),
        One("sign", "int", "i", "-7", "7", "-7"),
        One("flag", "bool", "true", "false", "t", "f"),
        One("microsecond", "timestamptz", "timestamptz '2020-01-01 00:00:00Z' + i * interval '1 s'", "'2020-01-01 00:00:07.000001Z'", "2020-01-01 00:00:07+00", "2020-01-01 00:00:07.000001+00"),
        One("an hour of time zone", "timestamptz", "timestamptz '2020-01-01 00:00:00Z'", "'2020-01-01 01:00:00Z'", "2020-01-01 00:00:00+00", "2020-01-01 01:00:00+00"),
        One("a day", "date", "date '2020-01-01' + i", "'2020-01-09'", "2020-01-08", "2020-01-09"),
        One("zone of timetz", "timetz", "'12:00+00'", "'13:00+01'", "12:00:00+00", "13:00:00+01"),
        One("30 days for a month", "interval", "'1 mon'", "'30 days'", "1 mon", "30 days"),
        One("a byte of bytea", "bytea", @"'\x00ff00'", @"'\x00ff01'", @"\x00ff00", @"\x00ff01"),
        One("a zero byte of bytea", "bytea", @"'\x00'", "''", @"\x00", @"\x"),
        One("json spacing", "json", "'{\"a\":1}'", "'{\"a\": 1}'", "{\"a\":1}", "{\"a\": 1}"),
        One("jsonb number", "jsonb", "'{\"a\": 1.5}'", "'{\"a\": 1.50}'", "{\"a\": 1.5}", "{\"a\": 1.50}"),
        One("jsonb null and absent", "jsonb", "'{\"a\": null}'", "'{}'", "{\"a\": null}", "{}"),
        One("xml", "xml", "'<a/>'", "'<a></a>'", "<a/>", "<a></a>"),
        One("array of NULL", "int[]", "'{}'", "'{NULL}'", "{}", "{NULL}"),
        One("array lower bound", "int[]", "'{1,2}'", "'[0:1]={1,2}'", "{1,2}", "[0:1]={1,2}"),
        One("array of text 'NULL'", "text[]", "'{NULL}'", "'{\"NULL\"}'", "{NULL}", "{\"NULL\"}"),
        One("enum", "mood", "'ok'", "'happy'", "ok", "happy"),
        One("composite of NULLs", "pair", "NULL", "ROW(NULL, NULL)::pair", null, "(,)"),
        One("composite field", "pair", "ROW(i, 'x')::pair", "ROW(8, 'x')::pair", "(7,x)", "(8,x)"),
        One("hstore", "hstore", "'a=>NULL'", "'a=>\"NULL\"'", "\"a\"=>NULL", "\"a\"=>\"NULL\""),
        One("range bound", "int8range", "'[1,7)'", "'[1,8)'", "[1,7)", "[1,8)"),
        One("bit", "bit(8)", "'10101010'", "'10101011'", "10101010", "10101011"),
        One("char padding", "char(4)", "'ab'", "'abc'", "ab  ", "abc "),
        One("uuid", "uuid", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
        One("prefix of inet", "inet", "'10.0.0.1/24'", "'10.0.0.1/25'", "10.0.0.1/24", "10.0.0.1/25"),
        new("value moved between columns", Two, "i, 'v', NULL", "UPDATE {t} SET a = NULL, b = 'v' WHERE id = 7", K.Changed, "7", "a", "v", null),
        new("text moved over a border", Two, "i, 'a', 'bc'", "UPDATE {t} SET a = 'ab', b = 'c' WHERE id = 7", K.Changed, "7", "a", "a", "ab"),
        new("values swapped between rows", "v text", "i, 'v' || i", "UPDATE {t} SET v = CASE id WHEN 7 THEN 'v9' ELSE 'v7' END WHERE id IN (7, 9)", K.Changed, "7", "v", "v7", "v9"),
        new("a row dropped", "v text", "i, 'v' || i", "DELETE FROM {t} WHERE id = 7", K.Missing, "7", "v", "v7", null),
        new("a row added", "v text", "i, 'v' || i", "INSERT INTO {t} VALUES (1007, 'x')", K.Extra, "1007", "v", null, "x"),
        new("one dropped, one added", "v text", "i, 'v' || i", "UPDATE {t} SET id = 1007 WHERE id = 7", K.Missing, "7", "v", "v7", null),
    ];

    [Fact]
    public async Task V8_V12_every_planted_corruption_is_found_and_named_with_key_column_and_both_values()
    {
        await using var bench = await ValidationBench.CreateAsync("v8");
        await bench.Pair.ExecuteOnBothAsync("""
            CREATE EXTENSION hstore; CREATE EXTENSION citext;
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TYPE pair AS (a int, b text);
            """);
        await bench.Pair.ExecuteOnBothAsync(string.Concat(Corruptions.Select((c, n) =>
            $"CREATE TABLE t{n} (id int PRIMARY KEY, {c.Columns}); INSERT INTO t{n} SELECT {c.Rows} FROM generate_series(1, 20) i;\n")));
        Assert.Equal(ValidationVerdict.Equal, (await bench.NowAsync()).Verdict);

        await bench.Pair.Target.ExecuteAsync(string.Concat(Corruptions.Select((c, n) => c.Corrupt.Replace("{t}", $"t{n}", StringComparison.Ordinal) + ";\n")));
        var byHash = (await bench.NowAsync()).Tables;
        var byText = await bench.ByMethodAsync("md5-text");

        for (var n = 0; n < Corruptions.Count; n++)
            foreach (var reports in new[] { byHash, byText })
                AssertNamed(Corruptions[n], reports.Single(r => r.Table.Name == $"t{n}"));
    }

    [Fact]
    public async Task V8_duplicates_and_lost_rows_of_tables_without_a_key_are_found_with_their_number()
    {
        await using var bench = await ValidationBench.CreateAsync("v8k");
        await bench.Pair.ExecuteOnBothAsync("""
            CREATE TABLE doubled (a int, b text); INSERT INTO doubled SELECT i % 5, NULL FROM generate_series(1, 50) i;
            CREATE TABLE traded (a int, b text); INSERT INTO traded SELECT i % 5, 'x' FROM generate_series(1, 50) i;
            CREATE TABLE edited (a int, b text); INSERT INTO edited SELECT i, 'x' FROM generate_series(1, 50) i;
            """);
        await bench.Pair.Target.ExecuteAsync("""
            INSERT INTO doubled SELECT 3, NULL FROM generate_series(1, 4);
            DELETE FROM traded WHERE ctid IN (SELECT ctid FROM traded WHERE a = 1 LIMIT 2);
            INSERT INTO traded VALUES (2, 'x'), (2, 'x');
            UPDATE edited SET b = 'y' WHERE a = 7;
            """);

        var tables = (await bench.NowAsync()).Tables.ToDictionary(t => t.Table.Name);

        var doubled = Assert.Single(tables["doubled"].Rows);
        Assert.Equal((K.Extra, 4L, "3", null), (doubled.Kind, doubled.Count, doubled.Columns[0].Target!.Text, doubled.Columns[1].Target!.Text));
        Assert.Equal((2L, 2L, 0L), (tables["traded"].Missing, tables["traded"].Extra, tables["traded"].Changed));
        Assert.Equal("1", tables["traded"].Rows.Single(r => r.Kind == K.Missing).Columns[0].Source!.Text);
        Assert.Equal("2", tables["traded"].Rows.Single(r => r.Kind == K.Extra).Columns[0].Target!.Text);
        Assert.Equal("x", tables["edited"].Rows.Single(r => r.Kind == K.Missing).Columns[1].Source!.Text);
        Assert.Equal("y", tables["edited"].Rows.Single(r => r.Kind == K.Extra).Columns[1].Target!.Text);
    }

    [Fact]
    public async Task V12_more_differences_than_can_be_named_are_counted_exactly()
    {
        await using var bench = await ValidationBench.CreateAsync("v12");
        await bench.Pair.ExecuteOnBothAsync(
            "CREATE TABLE many (a int, b text, v text, PRIMARY KEY (a, b)); INSERT INTO many SELECT i / 2, 'k' || i, repeat('v', 300) FROM generate_series(1, 20000) i");
        await bench.Pair.Target.ExecuteAsync("UPDATE many SET v = repeat('w', 400) WHERE a % 4 = 0; DELETE FROM many WHERE a % 100 = 1; INSERT INTO many SELECT -i, 'new', 'v' FROM generate_series(1, 77) i");
        var changed = await bench.Pair.Target.QueryScalarAsync("SELECT count(*) FROM many WHERE v LIKE 'w%'");
        var missing = await bench.Pair.Source.QueryScalarAsync("SELECT count(*) FROM many WHERE a % 100 = 1");

        var table = Assert.Single((await bench.NowAsync(new ValidationOptions
        {
            RowsPerPass = 1_000, RecheckTries = 1, RecheckDelay = TimeSpan.FromMilliseconds(1),
        })).Tables);

        Assert.Equal((changed, missing, 77L, true), ($"{table.Changed}", $"{table.Missing}", table.Extra, table.CountsExact));
        Assert.Equal(1_000, table.Rows.Count);
        Assert.Equal(10, table.Rows.Count(r => r.Columns.Any(c => c.Source is not null || c.Target is not null)));
        var sample = table.Rows.Take(10).First(r => r.Kind == K.Changed);
        Assert.Equal(["a", "b"], sample.Key.Select(k => k.Key));
        Assert.Equal((new string('v', 128), 300L), (sample.Columns.Single().Source!.Text, sample.Columns.Single().Source!.Length));
        Assert.Equal((new string('w', 128), 400L), (sample.Columns.Single().Target!.Text, sample.Columns.Single().Target!.Length));
    }

    private static Planted One(string what, string type, string value, string corrupted, string? source, string? target) => new(
        what, $"v {type}", $"i, {value}", $"UPDATE {{t}} SET v = {corrupted} WHERE id = 7", K.Changed, "7", "v", source, target);

    private static void AssertNamed(Planted planted, TableReport table)
    {
        Assert.True(table.Verdict == ValidationVerdict.Different, $"{planted.What}: {table.Verdict} {table.Reason}");
        var row = table.Rows.SingleOrDefault(r => r.Key.Single() is { Key: "id" } key && key.Value == planted.Key);
        Assert.True(row is not null, $"{planted.What}: row {planted.Key} is not named");
        Assert.Equal(planted.Kind, row.Kind);
        var column = row.Columns.Single(c => c.Column == planted.Column);
        if (planted.What.StartsWith("last byte", StringComparison.Ordinal))
            Assert.Equal((160_000L, 160_000L, 128), (column.Source!.Length, column.Target!.Length, column.Source.Text!.Length));
        else
            Assert.Equal((planted.What, planted.Source, planted.Target), (planted.What, column.Source?.Text, column.Target?.Text));
    }
}
