namespace Orchestrator.TestKit.Tests;

public sealed class FullCompareTests
{
    private const string Schema = """
        CREATE TABLE a(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text, f float8);
        CREATE TABLE "b x"(k text);
        INSERT INTO a(v, f) SELECT 'v' || i, i / 3.0 FROM generate_series(1, 1000) i;
        INSERT INTO "b x" VALUES ('same'), ('same'), (NULL);
        """;

    [Fact]
    public async Task Equal_databases_are_equal()
    {
        await using var pair = await LoadedAsync();
        var result = await FullCompare.RequireEqualAsync(pair);
        Assert.Equal((2, 1003L), (result.Tables, result.Rows));
    }

    [Theory]
    [InlineData("UPDATE a SET v = v || ' ' WHERE id = 17", "only on the target: (17,\"v17 \"")]
    [InlineData("UPDATE a SET f = f + 1e-13 WHERE id = 3", "only on the source: (3,")]
    [InlineData("DELETE FROM \"b x\" WHERE ctid = '(0,1)'", "3 rows on the source, 2 on the target")]
    [InlineData("UPDATE \"b x\" SET k = '' WHERE k IS NULL", "only on the source: ()")]
    [InlineData("SELECT nextval('a_id_seq')", "sequence public.a_id_seq")]
    [InlineData("CREATE TABLE c()", "table public.c exists on the target only")]
    [InlineData("ALTER TABLE a DROP COLUMN f", "columns differ")]
    public async Task One_change_is_found_and_named(string change, string words)
    {
        await using var pair = await LoadedAsync();
        await pair.Target.ExecuteAsync(change);
        var result = await FullCompare.RunAsync(pair.Source.ConnectionString, pair.Target.ConnectionString);
        Assert.Contains(words, result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_sequences_may_be_ahead_where_that_is_the_rule()
    {
        await using var pair = await LoadedAsync();
        await pair.Target.ExecuteAsync("SELECT nextval('a_id_seq')");
        await FullCompare.RequireEqualAsync(pair, SequenceRule.TargetNotBehind);
        await pair.Source.ExecuteAsync("SELECT setval('a_id_seq', 5000)");
        await Assert.ThrowsAsync<InvalidOperationException>(() => FullCompare.RequireEqualAsync(pair, SequenceRule.TargetNotBehind));
    }

    [Fact]
    public async Task A_held_snapshot_compares_the_moment_it_was_taken()
    {
        await using var pair = await LoadedAsync();
        await using var held = await HeldSnapshot.TakeAsync(pair.Target.ConnectionString);
        await pair.Target.ExecuteAsync("DELETE FROM a WHERE id > 500");
        var (source, target) = (pair.Source.ConnectionString, pair.Target.ConnectionString);
        Assert.True((await FullCompare.RunAsync(source, target, targetSnapshot: held.Name)).IsEqual);
        Assert.False((await FullCompare.RunAsync(source, target)).IsEqual);
    }

    private static async Task<DatabasePair> LoadedAsync()
    {
        var pair = await PgPair.CreateDatabasesAsync("compare");
        await pair.ExecuteOnBothAsync(Schema);
        return pair;
    }
}
