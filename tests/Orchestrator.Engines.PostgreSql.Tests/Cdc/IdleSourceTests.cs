using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>CASES C16: tables without changes beside busy ones do not make the source keep its log.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class IdleSourceTests
{
    private const long Wal = 24 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task C16_slot_of_idle_tables_follows_what_others_write(bool otherDatabase)
    {
        await using var source = await PgCluster.StartAsync();
        await source.CreateDatabaseAsync("idle");
        var target = (await PgPair.SharedAsync()).Target;
        var name = otherDatabase ? "c16_other" : "c16_same";
        await target.CreateDatabaseAsync(name);
        await using var bench = await CdcBench.LoadedAsync(
            "", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)", new DatabasePair(new PgDatabase(source, "idle"), new PgDatabase(target, name)));
        bench.Start();
        await bench.CatchUpAsync();
        var busy = otherDatabase ? "postgres" : "idle";
        await source.ExecuteAsync(busy, "CREATE TABLE busy (v text)");

        for (var round = 0; round < 4; round++)
        {
            var before = await source.QueryScalarAsync("postgres", "SELECT pg_current_wal_lsn()");
            while (long.Parse((await source.QueryScalarAsync("postgres", $"SELECT (pg_current_wal_lsn() - '{before}'::pg_lsn)::bigint"))!) < Wal)
                await source.ExecuteAsync(busy, "INSERT INTO busy SELECT repeat('x', 200) FROM generate_series(1, 20000)");
            await FollowsAsync(source);
        }

        Assert.Equal("1", await bench.Pair.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }

    /// <summary>Without a change of ours the slot comes to where the others' writes ended, and the log before it may go.</summary>
    private static async Task FollowsAsync(PgCluster source)
    {
        var end = await source.QueryScalarAsync("postgres", "SELECT pg_current_wal_lsn()");
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(200))
        {
            // A checkpoint writes the record at which decoding can begin anew.
            await source.ExecuteAsync("postgres", "CHECKPOINT");
            if (await source.QueryScalarAsync("postgres", $"SELECT bool_and(confirmed_flush_lsn >= '{end}' AND pg_current_wal_lsn() - restart_lsn < {Wal} / 4) FROM pg_replication_slots") == "t")
                return;
        }

        Assert.Fail(string.Join(' ', (await source.QueryRowsAsync("postgres", $"SELECT '{end}', confirmed_flush_lsn, restart_lsn, pg_current_wal_lsn() FROM pg_replication_slots"))[0]));
    }
}
