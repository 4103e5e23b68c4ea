using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V9: how a side sorts or compares text can neither raise an alarm nor hide a row. S1: nor can names.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class CollationTests
{
    private const string Keys =
        "INSERT INTO k SELECT x || i, i FROM generate_series(1, 300) i, unnest(ARRAY['a', 'B', 'Ä', 'é', 'ß', '-', ' ', '_', 'Z ', 'ı', 'ﬀ', '10', '9']) x;";

    [Theory]
    [InlineData("\"C\"", "\"en-x-icu\"")]
    [InlineData("\"C\"", "\"C.utf8\"")]
    [InlineData("\"sv-x-icu\"", "loose")]
    public async Task V9_text_keys_under_different_collations_are_compared_by_their_bytes(string source, string target)
    {
        await using var bench = await ValidationBench.CreateAsync("v9");
        await bench.Pair.ExecuteOnBothAsync("CREATE COLLATION loose (provider = icu, locale = 'und', deterministic = true)");
        await bench.Pair.Source.ExecuteAsync($"CREATE TABLE k (t text COLLATE {source}, n int, PRIMARY KEY (t, n));" + Keys);
        await bench.Pair.Target.ExecuteAsync($"CREATE TABLE k (t text COLLATE {target}, n int, PRIMARY KEY (t, n));" + Keys);
        Assert.Equal(ValidationVerdict.Equal, (await bench.NowAsync()).Verdict);

        await bench.Pair.Target.ExecuteAsync("DELETE FROM k WHERE t = 'Ä7'; INSERT INTO k VALUES ('ä7', 7)");
        var rows = Assert.Single((await bench.NowAsync()).Tables).Rows;

        Assert.Equal(
            [(DifferenceKind.Missing, "Ä7"), (DifferenceKind.Extra, "ä7")],
            rows.OrderBy(r => r.Kind).Select(r => (r.Kind, r.Key[0].Value)));
    }

    [Fact]
    public async Task V9_keys_that_a_collation_takes_for_equal_are_told_apart()
    {
        await using var bench = await ValidationBench.CreateAsync("v9n");
        await bench.Pair.ExecuteOnBothAsync("""
            CREATE COLLATION ignorant (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
            CREATE TABLE k (t text COLLATE ignorant PRIMARY KEY, v int);
            """ + "INSERT INTO k SELECT 'Key' || i, i FROM generate_series(1, 300) i");
        Assert.Equal(ValidationVerdict.Equal, (await bench.NowAsync()).Verdict);

        await bench.Pair.Target.ExecuteAsync("UPDATE k SET t = 'kEY7' WHERE v = 7; UPDATE k SET v = -9 WHERE v = 9");
        var rows = Assert.Single((await bench.NowAsync()).Tables).Rows;

        Assert.Equal(
            [(DifferenceKind.Missing, "Key7"), (DifferenceKind.Extra, "kEY7"), (DifferenceKind.Changed, "Key9")],
            rows.OrderBy(r => r.Kind).Select(r => (r.Kind, r.Key[0].Value)));
        Assert.Equal("-9", rows.Single(r => r.Kind == DifferenceKind.Changed).Columns.Single().Target!.Text);
    }

    [Fact]
    public async Task V9_database_encodings_may_differ()
    {
        await using var bench = new ValidationBench(await TestKit.PgPair.CreateDatabasesAsync("v9e", "LATIN1"));
        await bench.Pair.ExecuteOnBothAsync("CREATE TABLE k (t text PRIMARY KEY, x text); INSERT INTO k VALUES ('grüße', 'é'), ('ÿ', NULL)");

        foreach (var method in new[] { "pg-record-hash", "md5-text" })
            Assert.Equal(ValidationVerdict.Equal, Assert.Single(await bench.ByMethodAsync(method)).Verdict);
    }

    [Theory]
    [InlineData("PRIMARY KEY (\"a\"\"b' \\ ; DROP TABLE users; --\", k0)")]
    [InlineData("CHECK (true)")]
    public async Task S1_hostile_names_and_values_stay_names_and_values(string constraint)
    {
        await using var bench = await ValidationBench.CreateAsync("s1");
        await bench.Pair.ExecuteOnBothAsync($"""
            CREATE TABLE users (a int); CREATE SCHEMA "we""ird; --";
            CREATE TYPE "we""ird; --"."ty""pe" AS ENUM ('x''; DROP TABLE users; --', 'y');
            CREATE TABLE "we""ird; --"."x""; DROP TABLE users; --" (
                "a""b' \ ; DROP TABLE users; --" text NOT NULL, k0 text NOT NULL, s "we""ird; --"."ty""pe", t text, k int, a int, z int, o int, c int, w int, x int, b int,
                y int, n int, p int, l int, m int, f int, "order" int, "${'1'}" int, {constraint});
            INSERT INTO "we""ird; --"."x""; DROP TABLE users; --" VALUES ('''); DROP TABLE users; --', '\', 'y', 'v'), ('u', '"', 'y', 'w');
            """);
        Assert.Equal(ValidationVerdict.Equal, (await bench.NowAsync()).Verdict);

        await bench.Pair.Target.ExecuteAsync("""UPDATE "we""ird; --"."x""; DROP TABLE users; --" SET s = 'x''; DROP TABLE users; --' WHERE t = 'v'""");
        var different = (await bench.NowAsync()).Tables;

        Assert.Equal(ValidationVerdict.Equal, different.Single(t => t.Table.Name == "users").Verdict);
        var values = different.Single(t => t.Table.Name != "users").Rows.SelectMany(r => r.Columns).Where(c => c.Column == "s");
        Assert.Contains(values, c => c.Target?.Text == "x'; DROP TABLE users; --");
        Assert.Contains(values, c => c.Source?.Text == "y");
    }
}
