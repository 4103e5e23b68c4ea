using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

[Trait("Needs", "PostgreSql")]
public sealed class BacklogLimitTests
{
    /// <summary>A backlog asked for by SQL counts as a temporary file of our session; the stream does not.</summary>
    [Fact]
    public async Task C11_transaction_that_the_source_may_not_keep_for_us_is_streamed()
    {
        await using var bench = await CdcBench.LoadedAsync(
            "c11limit", "CREATE TABLE t (id int PRIMARY KEY, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL", "INSERT INTO t VALUES (0, '')");
        await bench.Pair.Source.ExecuteAsync("INSERT INTO t SELECT i, repeat(md5(i::text), 3000) FROM generate_series(1, 900) i");
        await bench.Pair.Source.ExecuteAsync("UPDATE t SET v = 'last' WHERE id = 0");
        await bench.Pair.Source.ExecuteAsync($"ALTER DATABASE {bench.Pair.Source.Name} SET temp_file_limit = '1MB'");

        bench.Start();
        await bench.CatchUpAsync();

        Assert.Equal("901|last", await bench.Pair.Target.QueryScalarAsync("SELECT count(*) || '|' || (SELECT v FROM t WHERE id = 0) FROM t"));
        Assert.Equal(0, (await bench.CheckpointAsync()).Drift);
    }
}
