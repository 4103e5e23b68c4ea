using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>CASES C1, C2, C4, C5, C6, C7, C20: what the source's transactions did is what the target shows.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RowChangeTests
{
    private const string Random2K = "(SELECT string_agg(md5(random()::text || g), '') FROM generate_series(1, 130) g)";

    [Fact]
    public async Task C1_rows_written_around_the_hand_over_arrive_once()
    {
        const string tables = "CREATE TABLE a (id bigserial PRIMARY KEY, v text, n int); CREATE TABLE b (k uuid PRIMARY KEY, w numeric(8,2))";
        var pair = await PgPair.CreateDatabasesAsync("c1");
        await pair.ExecuteOnBothAsync(tables);
        await using var writer = await LiveWriter.StartAsync(pair.Source.ConnectionString, new LiveWriterOptions { Tables = ["public.a", "public.b"] });
        await writer.WaitForCommitsAsync(50, TimeSpan.FromSeconds(30));
        await using var bench = await CdcBench.LoadedAsync(
            "", "SELECT 1", cluster: pair, during: () => writer.WaitForCommitsAsync(50, TimeSpan.FromSeconds(30)));
        await writer.WaitForCommitsAsync(50, TimeSpan.FromSeconds(30));
        bench.Start();
        await writer.WaitForCommitsAsync(100, TimeSpan.FromSeconds(30));
        await writer.StopAsync();

        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData("UPDATE p SET id = id + 100 WHERE id = 1")]
    [InlineData("UPDATE p SET id = 11 WHERE id = 1; UPDATE p SET id = 21 WHERE id = 11; UPDATE p SET v = 'again', id = 1 WHERE id = 21")]
    [InlineData("UPDATE p SET id = -1 WHERE id = 1; UPDATE p SET id = 1 WHERE id = 2; UPDATE p SET id = 2 WHERE id = -1")]
    [InlineData("UPDATE p SET u = NULL WHERE id = 1; UPDATE p SET u = 'u1' WHERE id = 2; UPDATE p SET u = 'u2' WHERE id = 1")]
    [InlineData("DELETE FROM c WHERE p_id = 2; DELETE FROM p WHERE id = 2; INSERT INTO p VALUES (2, 'u9', 'new'); INSERT INTO c VALUES (9, 2)")]
    [InlineData("INSERT INTO p VALUES (7, 'u7', 'x'); UPDATE p SET id = 8 WHERE id = 7; DELETE FROM p WHERE id = 8; INSERT INTO p VALUES (7, 'u7', 'y')")]
    [InlineData("DELETE FROM p WHERE id = 3; UPDATE p SET id = 3 WHERE id = 2; INSERT INTO p VALUES (2, 'u22', 'z')")]
    public async Task C2_a_moved_key_leaves_nothing_behind_also_with_foreign_keys(string changes)
    {
        const string tables = """
            CREATE TABLE p (id int PRIMARY KEY, u text UNIQUE, v text);
            CREATE TABLE c (id int PRIMARY KEY, p_id int NOT NULL REFERENCES p ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE);
            """;
        await using var bench = await CdcBench.LoadedAsync(
            "c2", tables, "INSERT INTO p SELECT i, 'u' || i, 'v' FROM generate_series(1, 5) i; INSERT INTO c SELECT i, i FROM generate_series(1, 2) i");
        bench.Start();

        await bench.Pair.Source.ExecuteAsync($"BEGIN; SET CONSTRAINTS ALL DEFERRED; {changes}; COMMIT");

        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData("text", "%", "DEFAULT")]
    [InlineData("text", "%", "FULL")]
    [InlineData("text", "%", "USING INDEX t_k")]
    [InlineData("bytea", "convert_to(%, 'UTF8')", "DEFAULT")]
    [InlineData("jsonb", "jsonb_build_object('a', %)", "FULL")]
    [InlineData("text[]", "ARRAY[%, NULL]", "DEFAULT")]
    public async Task C4_a_large_value_that_was_not_sent_stays(string type, string value, string identity)
    {
        var tables = $"""
            CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL, n int, big {type}, other {type});
            CREATE UNIQUE INDEX t_k ON t (k);
            ALTER TABLE t ALTER big SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL, REPLICA IDENTITY {identity};
            """;
        var big = value.Replace("%", Random2K, StringComparison.Ordinal);
        await using var bench = await CdcBench.LoadedAsync("c4", tables, $"INSERT INTO t SELECT i, i, 0, {big}, {big} FROM generate_series(1, 9) i");
        bench.Start();

        await bench.Pair.Source.ExecuteAsync($"""
            BEGIN;
            UPDATE t SET n = 1 WHERE id = 1;
            UPDATE t SET n = 1 WHERE id = 2; UPDATE t SET big = {big} WHERE id = 2; UPDATE t SET n = 2 WHERE id = 2;
            UPDATE t SET other = NULL WHERE id = 3; UPDATE t SET n = 3 WHERE id = 3;
            UPDATE t SET id = 14, k = 14 WHERE id = 4;
            UPDATE t SET n = 5 WHERE id = 5; UPDATE t SET id = 15, k = 15 WHERE id = 5; UPDATE t SET n = 6 WHERE id = 15;
            INSERT INTO t VALUES (6 + 10, 6 + 10, 0, {big}, NULL); UPDATE t SET n = 9 WHERE id = 16; UPDATE t SET id = 26, k = 26 WHERE id = 16;
            UPDATE t SET big = {big} WHERE id = 7; UPDATE t SET id = 17, k = 17, other = NULL WHERE id = 7;
            UPDATE t SET id = -8, k = -8 WHERE id = 8; UPDATE t SET id = 8, k = 8 WHERE id = 9; UPDATE t SET id = 9, k = 9 WHERE id = -8;
            COMMIT;
            """);
        await bench.AssertEqualAsync();

        await bench.Pair.Source.ExecuteAsync("UPDATE t SET n = n + 1; UPDATE t SET id = id + 1000, k = k + 1000; DELETE FROM t WHERE id = 1001");
        await bench.AssertEqualAsync();
        Assert.Equal("0", await bench.Pair.Target.QueryScalarAsync("SELECT count(*) FROM t WHERE big IS NULL"));
    }

    [Theory]
    [InlineData("TRUNCATE a")]
    [InlineData("TRUNCATE p, c RESTART IDENTITY")]
    [InlineData("TRUNCATE p CASCADE")]
    [InlineData("TRUNCATE part")]
    [InlineData("INSERT INTO a VALUES (10, 'gone'); UPDATE a SET v = 'gone'; TRUNCATE a; INSERT INTO a VALUES (1, 'kept'), (10, 'kept')")]
    [InlineData("DELETE FROM a WHERE id = 1; TRUNCATE a, part; INSERT INTO part VALUES (5, 'x'); UPDATE part SET v = 'y'; TRUNCATE ONLY part_1; INSERT INTO a VALUES (1, 'b')")]
    public async Task C5_truncate_stands_in_order_with_the_other_changes(string changes)
    {
        const string tables = """
            CREATE TABLE a (id int PRIMARY KEY, v text);
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id serial PRIMARY KEY, p_id int REFERENCES p);
            CREATE TABLE part (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
            CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10); CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
            """;
        const string rows = """
            INSERT INTO a SELECT i, 'v' FROM generate_series(1, 3) i; INSERT INTO p SELECT generate_series(1, 3);
            INSERT INTO c (p_id) SELECT generate_series(1, 3); INSERT INTO part SELECT i, 'v' FROM generate_series(0, 19) i;
            """;
        await using var bench = await CdcBench.LoadedAsync("c5", tables, rows);
        bench.Start();

        await bench.Pair.Source.ExecuteAsync($"BEGIN; {changes}; COMMIT");

        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task C6_an_observer_of_the_target_sees_a_transaction_whole_or_not_at_all()
    {
        await using var bench = await CdcBench.LoadedAsync(
            "c6", "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, n int)",
            "INSERT INTO a SELECT i, 0 FROM generate_series(1, 300) i; INSERT INTO b SELECT i, 0 FROM generate_series(1, 300) i");
        bench.Start(new(100, 1 << 20, TimeSpan.Zero));
        using var stop = new CancellationTokenSource();
        var seen = ObserveAsync(bench, stop.Token);

        for (var i = 0; i < 30; i++) await bench.Pair.Source.ExecuteAsync("BEGIN; UPDATE a SET n = n + 1; UPDATE b SET n = n - 1; COMMIT");
        await bench.AssertEqualAsync();
        await stop.CancelAsync();

        var states = await seen;
        Assert.All(states, s => Assert.Equal("0", s));
        Assert.True(states.Count > 20, $"{states.Count} looks");
    }

    [Fact]
    public async Task C7_what_was_rolled_back_has_no_effect_and_the_position_moves_on()
    {
        await using var bench = await CdcBench.LoadedAsync("c7", "CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a')");
        bench.Start();
        var before = await bench.CheckpointAsync();

        await bench.Pair.Source.ExecuteAsync("BEGIN; INSERT INTO t VALUES (2, 'no'); ROLLBACK");
        await bench.Pair.Source.ExecuteAsync("BEGIN; INSERT INTO t VALUES (3, 'yes'); SAVEPOINT s; INSERT INTO t VALUES (4, 'no'); DELETE FROM t WHERE id = 1; ROLLBACK TO s; COMMIT");
        await bench.Pair.Source.ExecuteAsync("BEGIN; COMMIT");
        await bench.Pair.Source.ExecuteAsync("BEGIN; INSERT INTO t VALUES (5, 'no'); PREPARE TRANSACTION 'c7_no'");
        await bench.Pair.Source.ExecuteAsync("BEGIN; INSERT INTO t VALUES (6, 'later'); PREPARE TRANSACTION 'c7_yes'");
        await bench.CatchUpAsync();
        Assert.Equal("1,3", await bench.Pair.Target.QueryScalarAsync("SELECT string_agg(id::text, ',' ORDER BY id) FROM t"));
        await bench.Pair.Source.ExecuteAsync("ROLLBACK PREPARED 'c7_no'");
        await bench.Pair.Source.ExecuteAsync("COMMIT PREPARED 'c7_yes'");

        await bench.AssertEqualAsync();
        Assert.Equal("1,3,6", await bench.Pair.Target.QueryScalarAsync("SELECT string_agg(id::text, ',' ORDER BY id) FROM t"));
        Assert.True((await bench.CheckpointAsync()).Position > before.Position);
    }

    [Fact]
    public async Task C20_messages_of_other_applications_change_nothing()
    {
        await using var bench = await CdcBench.LoadedAsync("c20", "CREATE TABLE t (id int PRIMARY KEY)");
        bench.Start();

        await bench.Pair.Source.ExecuteAsync("""
            SELECT pg_logical_emit_message(true, 'app', 'x'), pg_logical_emit_message(false, 'app', 'y'), pg_logical_emit_message(true, 'orchestrator', 'old nonce');
            INSERT INTO t VALUES (1); SELECT pg_logical_emit_message(false, 'orchestrator_app', repeat('z', 100000));
            """);

        await bench.AssertEqualAsync();
        Assert.Equal(1, (await bench.CheckpointAsync()).Rows);
    }

    private static async Task<List<string?>> ObserveAsync(CdcBench bench, CancellationToken stop)
    {
        var states = new List<string?>();
        while (!stop.IsCancellationRequested)
            states.Add(await bench.Pair.Target.QueryScalarAsync("SELECT (SELECT sum(n) FROM a) + (SELECT sum(n) FROM b)", CancellationToken.None));
        return states;
    }
}
