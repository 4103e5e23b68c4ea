using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V7: equal data never looks different.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class FalseAlarmTests
{
    private static readonly string[] NotBinary = ["mood[]", "pair", "pair[]", "citext[]", "aclitem", "aclitem[]"];

    [Theory]
    [InlineData("text")]
    [InlineData("binary")]
    public async Task V7_every_type_copied_to_a_server_with_other_type_numbers_and_settings_is_equal(string format)
    {
        await using var bench = await ValidationBench.CreateAsync("v7");
        var (source, target) = (bench.Pair.Source, bench.Pair.Target);
        await source.ExecuteAsync(EveryType.Types);
        await target.ExecuteAsync("CREATE TYPE shifts AS (the int); CREATE TYPE all_numbers AS ENUM ('x');" + EveryType.Types);
        foreach (var side in new[] { source, target }) await side.ExecuteAsync(EveryType.CreateTable("every"));
        await source.ExecuteAsync(EveryType.Fill("every"));
        await source.ExecuteAsync($"UPDATE every SET c{EveryType.IndexOf("int4[]")}[1] = 5 WHERE id = 2");
        await source.ExecuteAsync($"ALTER DATABASE \"{source.Name}\" SET timezone = 'Asia/Kolkata'; ALTER DATABASE \"{source.Name}\" SET datestyle = 'German'");
        await target.ExecuteAsync($"ALTER DATABASE \"{target.Name}\" SET timezone = 'America/New_York'; ALTER DATABASE \"{target.Name}\" SET extra_float_digits = -5; "
            + $"ALTER DATABASE \"{target.Name}\" SET bytea_output = 'escape'; ALTER DATABASE \"{target.Name}\" SET intervalstyle = 'iso_8601'");
        // COPY BINARY cannot carry values that hold type numbers of one database.
        int[] chosen = [.. Enumerable.Range(0, EveryType.ColumnTypes.Count).Where(i => format == "text" || !NotBinary.Contains(EveryType.ColumnTypes[i]))];
        var drops = string.Concat(Enumerable.Range(0, EveryType.ColumnTypes.Count).Except(chosen).Select(i => $"ALTER TABLE every DROP COLUMN c{i};"));
        if (drops.Length > 0) await bench.Pair.ExecuteOnBothAsync(drops);
        await bench.CopyAsync($"public.every (id, {string.Join(", ", chosen.Select(i => $"c{i}"))})", format);

        Assert.NotEqual(
            await source.QueryScalarAsync("SELECT 'mood'::regtype::oid"), await target.QueryScalarAsync("SELECT 'mood'::regtype::oid"));
        Assert.All(await bench.ByMethodAsync("pg-record-hash"), AssertEqual);
        Assert.All(await bench.ByMethodAsync("md5-text"), AssertEqual);
        Assert.Equal(ValidationVerdict.Equal, (await bench.NowAsync()).Verdict);
    }

    [Fact]
    public async Task V7_every_column_takes_part_in_the_row_hash()
    {
        await using var bench = await ValidationBench.CreateAsync("v7c");
        await bench.Pair.ExecuteOnBothAsync(EveryType.Types + EveryType.CreateTable("every"));
        await bench.Pair.ExecuteOnBothAsync(EveryType.Fill("every"));
        var columns = Enumerable.Range(0, EveryType.ColumnTypes.Count).ToArray();
        foreach (var i in columns) await bench.Pair.Target.ExecuteAsync($"UPDATE every SET c{i} = NULL WHERE id = 2");

        foreach (var method in new[] { "pg-record-hash", "md5-text" })
        {
            var report = Assert.Single(await bench.ByMethodAsync(method));
            var row = Assert.Single(report.Rows);
            Assert.Equal(columns.Select(i => $"c{i}"), row.Columns.Select(c => c.Column));
            Assert.All(row.Columns, c => Assert.True(c.Source!.Text is not null && c.Target!.Text is null));
        }
    }

    [Fact]
    public async Task V7_tables_without_columns_or_with_generated_ones_only_are_counted_and_compared()
    {
        await using var bench = await ValidationBench.CreateAsync("v7z");
        await bench.Pair.ExecuteOnBothAsync("""
            CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
            CREATE TABLE computed (g int GENERATED ALWAYS AS (7) STORED); INSERT INTO computed DEFAULT VALUES;
            CREATE TABLE empty (a int PRIMARY KEY);
            """);
        var equal = await bench.NowAsync();
        Assert.Equal(ValidationVerdict.Equal, equal.Verdict);
        Assert.Equal(2, equal.Tables.Single(t => t.Table.Name == "nothing").SourceRows);

        await bench.Pair.Target.ExecuteAsync("INSERT INTO nothing DEFAULT VALUES; ALTER TABLE computed DROP COLUMN g; ALTER TABLE computed ADD g int GENERATED ALWAYS AS (8) STORED");
        var different = await bench.NowAsync();
        Assert.Equal(1, different.Tables.Single(t => t.Table.Name == "nothing").Extra);
        Assert.Equal(ValidationVerdict.Different, different.Tables.Single(t => t.Table.Name == "computed").Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task V7_rows_in_another_physical_order_and_read_in_parts_are_equal(int lanes)
    {
        await using var bench = await ValidationBench.CreateAsync("v7o");
        const string table = "CREATE TABLE big (id bigint PRIMARY KEY, t text NOT NULL); ALTER TABLE big ALTER t SET STORAGE PLAIN;";
        const string rows = "INSERT INTO big SELECT i, repeat(md5(i::text), 60) FROM generate_series(1, 80000) i ORDER BY ";
        await bench.Pair.Source.ExecuteAsync(table + rows + "i");
        await bench.Pair.Target.ExecuteAsync(table + rows + "hashint8(i)");
        var seen = new Progress();

        var report = await bench.NowAsync(new ValidationOptions { Lanes = lanes }, seen);

        AssertEqual(Assert.Single(report.Tables));
        Assert.Equal(80_000, report.Tables[0].SourceRows);
        Assert.Equal(80_000, report.Tables[0].TargetRows);
        Assert.True(seen.Reports.Count >= (lanes == 1 ? 2 : 3));
        Assert.Equal(80_000, seen.Reports[^1].RowsDone);
        Assert.Equal(seen.Reports[^1].Bytes, seen.Reports[^1].BytesDone);
    }

    private static void AssertEqual(TableReport table) =>
        Assert.True(table.Verdict == ValidationVerdict.Equal, System.Text.Json.JsonSerializer.Serialize(table));

    private sealed class Progress : IProgress<ValidationProgress>
    {
        public List<ValidationProgress> Reports { get; } = [];

        public void Report(ValidationProgress value) => Reports.Add(value);
    }
}
