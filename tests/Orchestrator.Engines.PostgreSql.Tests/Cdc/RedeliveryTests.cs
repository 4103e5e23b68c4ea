using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>CASES C8, C10, C11, C17, C19: whatever is delivered again is applied once.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RedeliveryTests
{
    private const string Table = "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, v text)";
    private const string Log = "CREATE TABLE log (n int, v text); ALTER TABLE log REPLICA IDENTITY FULL";
    private static readonly ChangeBatchLimits Small = new(1000, 1 << 20, TimeSpan.FromMilliseconds(5));

    /// <summary>Above the backlog at which changes are read by SQL instead of streamed.</summary>
    private const string Backlog = "DO $$ BEGIN FOR k IN 0..19 LOOP INSERT INTO t SELECT i, 0, repeat('x', 1500) FROM generate_series(k * 1500, k * 1500 + 1499) i; COMMIT; END LOOP; END $$";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task C8_what_was_committed_but_not_acknowledged_is_not_applied_again(bool bySql)
    {
        await using var bench = await CdcBench.LoadedAsync("c8", $"{Table}; {Log}");
        if (bySql) await bench.Pair.Source.ExecuteAsync(Backlog);
        await bench.Pair.Source.ExecuteAsync("INSERT INTO log SELECT i, 'once' FROM generate_series(1, 50) i; UPDATE log SET n = n + 1; DELETE FROM log WHERE n > 40");
        var before = await bench.ConfirmedAsync();
        await using (var reader = bench.Source.Capture.OpenReader(bench.Tables))
        await using (var writer = bench.Target.OpenChangeWriter())
        {
            var batch = await bench.ReadBatchAsync(reader, b => b.Changes.Length > 0);
            var at = (await bench.CheckpointAsync()).Position;
            Assert.NotNull(await writer.ApplyAsync(batch, at, new FencingToken(1), CancellationToken.None));
        }

        Assert.Equal(before, await bench.ConfirmedAsync());
        bench.Start();
        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task C10_killed_anywhere_within_many_row_transactions_nothing_is_lost_or_doubled(bool bySql)
    {
        await using var bench = await CdcBench.LoadedAsync("c10", $"{Table}; {Log}");
        if (bySql) await bench.Pair.Source.ExecuteAsync(Backlog);
        for (var i = 0; i < 20; i++)
            await bench.Pair.Source.ExecuteAsync($"INSERT INTO log SELECT {i}, 'r' FROM generate_series(1, 150); UPDATE log SET v = v || '.' WHERE n = {i}");
        for (var kill = 0; kill < 6; kill++)
        {
            bench.Start(Small);
            await Task.Delay(50 + (kill * 60));
            await bench.KillAsync();
            Assert.True(await bench.ConfirmedAsync() <= ((LsnPosition)(await bench.CheckpointAsync()).Position).Lsn, "acknowledged before it was committed");
        }

        bench.Start(Small);
        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task C17_the_source_is_never_told_more_than_the_target_has_committed(bool bySql)
    {
        await using var bench = await CdcBench.LoadedAsync("c17", Table);
        if (bySql) await bench.Pair.Source.ExecuteAsync(Backlog);
        await using var writer = await LiveWriter.StartAsync(bench.Pair.Source.ConnectionString, new LiveWriterOptions { Tables = ["public.t"] });
        bench.Start(Small);
        var moved = new HashSet<Lsn>();
        for (var i = 0; i < 60; i++)
        {
            var confirmed = await bench.ConfirmedAsync(); // first: the checkpoint only grows
            Assert.True(confirmed <= ((LsnPosition)(await bench.CheckpointAsync()).Position).Lsn);
            moved.Add(confirmed);
            await Task.Delay(50);
        }

        await writer.StopAsync();
        Assert.True(moved.Count > 2, "the slot did not advance");
        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task C11_a_huge_transaction_is_read_in_bounded_pieces_and_applied_whole(bool backlog)
    {
        var rows = Environment.GetEnvironmentVariable("ORCHESTRATOR_DRILL") == "long" ? 10_000_000 : 300_000;
        await using var bench = await CdcBench.LoadedAsync("c11", Table);
        if (!backlog) bench.Start();
        await bench.Pair.Source.ExecuteAsync($"BEGIN; INSERT INTO t SELECT i, 0, repeat('y', 120) FROM generate_series(1, {rows}) i; ROLLBACK");
        await bench.Pair.Source.ExecuteAsync($"INSERT INTO t SELECT i, 0, repeat('y', 120) FROM generate_series(1, {rows}) i; UPDATE t SET n = 1 WHERE id % 100 = 0");
        if (backlog)
        {
            var limits = ChangeBatchLimits.Default;
            await using var reader = bench.Source.Capture.OpenReader(bench.Tables);
            var (seen, largest) = (0, 0);
            await bench.ReadBatchAsync(reader, b => (seen += b.Changes.Length) >= rows | (largest = Math.Max(largest, b.Buffer.Length)) < 0, limits);
            Assert.InRange(largest, 1, 3 * limits.MaxBytes);
            bench.Start();
        }

        await bench.AssertEqualAsync();
        Assert.Equal($"{rows}", await bench.Pair.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task C11_the_source_does_not_lose_patience_while_the_target_is_slow()
    {
        await using var bench = await CdcBench.LoadedAsync("c11k", Table, "INSERT INTO t VALUES (1, 0, 'a')");
        await bench.Pair.Source.ExecuteAsync($"ALTER DATABASE \"{bench.Pair.Source.Name}\" SET wal_sender_timeout = '8s'");
        await using var blocker = new Npgsql.NpgsqlConnection(bench.Pair.Target.ConnectionString);
        await blocker.OpenAsync();
        await using var locking = new Npgsql.NpgsqlCommand("BEGIN; UPDATE t SET v = v WHERE id = 1", blocker);
        await locking.ExecuteNonQueryAsync();
        bench.Start();

        await bench.Pair.Source.ExecuteAsync("UPDATE t SET n = 1");
        for (var i = 2; i < 14; i++)
        {
            await bench.Pair.Source.ExecuteAsync($"INSERT INTO t SELECT i, 0, repeat('z', 2000) FROM generate_series({i} * 1000, {i} * 1000 + 999) i");
            await Task.Delay(1000);
        }

        await using (var release = new Npgsql.NpgsqlCommand("ROLLBACK", blocker)) await release.ExecuteNonQueryAsync();
        await bench.AssertEqualAsync();
        Assert.Empty(bench.Notices);
    }

    [Theory]
    [InlineData("DELETE FROM t WHERE id = 1", "UPDATE t SET n = 5 WHERE id = 1")]
    [InlineData("DELETE FROM t WHERE id = 1", "DELETE FROM t WHERE id = 1")]
    [InlineData("INSERT INTO t VALUES (9, 9, 'stray')", "INSERT INTO t VALUES (9, 0, 'ours')")]
    [InlineData("DELETE FROM t WHERE id = 1", "UPDATE t SET id = 11 WHERE id = 1")]
    public async Task C19_rows_changed_behind_our_back_are_counted(string onTarget, string onSource)
    {
        await using var bench = await CdcBench.LoadedAsync("c19", Table, "INSERT INTO t SELECT i, 0, 'v' FROM generate_series(1, 3) i");
        bench.Start();
        await bench.CatchUpAsync();

        await bench.Pair.Target.ExecuteAsync(onTarget);
        await bench.Pair.Source.ExecuteAsync(onSource);
        await bench.CatchUpAsync();

        Assert.Equal(1, (await bench.CheckpointAsync()).Drift);
    }
}
