using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Parts;

/// <summary>CASES C2, C4, C5, C6 with changes that several workers apply: the target shows what the source's transactions did.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SharedApplyTests
{
    [Fact]
    public async Task C6_rows_that_three_workers_share_are_applied_once()
    {
        await using var bench = await SharedBench.LoadedAsync(
            "parts", "CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (k uuid, t timestamptz, n int, PRIMARY KEY (t, k)); CREATE TABLE log (line text); ALTER TABLE log REPLICA IDENTITY FULL",
            "INSERT INTO a SELECT i, 'v' FROM generate_series(1, 1000) i; INSERT INTO b SELECT gen_random_uuid(), now() - i * interval '1 s', i FROM generate_series(1, 300) i");
        await bench.ChangeAsync(
            "UPDATE a SET v = 'w' WHERE id % 2 = 0; INSERT INTO log SELECT 'x' FROM generate_series(1, 50)",
            "DELETE FROM a WHERE id % 5 = 0; INSERT INTO a SELECT i, 'new' FROM generate_series(2001, 2500) i; UPDATE a SET id = id + 10000 WHERE id < 200",
            "UPDATE b SET n = -n; DELETE FROM b WHERE n % 7 = 0; DELETE FROM log WHERE ctid IN (SELECT ctid FROM log LIMIT 20)",
            "UPDATE a SET id = id - 10000, v = 'back' WHERE id > 10100");

        var rows = await WithWorkersAsync(bench, 3);

        Assert.All(rows, r => Assert.True(r > 0, "a worker applied nothing"));
        await bench.AssertEqualAsync();
        Assert.Equal($"{rows.Sum()}", await bench.Target.QueryScalarAsync("SELECT rows FROM orchestrator.checkpoint"));
    }

    [Fact]
    public async Task C6_unique_values_that_move_between_rows_meet_in_one_part()
    {
        await using var bench = await SharedBench.LoadedAsync(
            "partsuniq", """
            CREATE TABLE u (id int PRIMARY KEY, code text, CONSTRAINT u_code UNIQUE (code) DEFERRABLE);
            CREATE TABLE r (id int PRIMARY KEY, during int4range, CONSTRAINT r_during EXCLUDE USING gist (during WITH &&) DEFERRABLE);
            CREATE TABLE n (id numeric PRIMARY KEY, v int);
            """,
            "INSERT INTO u SELECT i, 'c' || i FROM generate_series(1, 200) i; INSERT INTO r SELECT i, int4range(i * 10, i * 10 + 9) FROM generate_series(1, 50) i; INSERT INTO n SELECT (i || '.0')::numeric, i FROM generate_series(1, 50) i");
        await bench.ChangeAsync(
            "BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE u SET code = 'c' || (id % 200 + 1); UPDATE r SET during = int4range((id % 50 + 1) * 10, (id % 50 + 1) * 10 + 9); COMMIT",
            "DELETE FROM u WHERE id = 7; INSERT INTO u VALUES (1007, 'c8')",
            "BEGIN; DELETE FROM n WHERE id < 30; INSERT INTO n SELECT (i || '.00')::numeric, -i FROM generate_series(1, 29) i; COMMIT");

        await WithWorkersAsync(bench, 3);

        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task C5_truncate_lies_between_what_came_before_and_after_it()
    {
        await using var bench = await SharedBench.LoadedAsync(
            "partstrunc", "CREATE TABLE a (id serial PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY)",
            "INSERT INTO a (v) SELECT i FROM generate_series(1, 400) i; INSERT INTO b SELECT i FROM generate_series(1, 400) i");
        await bench.ChangeAsync(
            "UPDATE a SET v = -v; INSERT INTO b SELECT i FROM generate_series(1000, 1400) i",
            "BEGIN; INSERT INTO a SELECT i, i FROM generate_series(5000, 5400) i; TRUNCATE a, b RESTART IDENTITY; INSERT INTO a (v) SELECT i FROM generate_series(1, 300) i; INSERT INTO b SELECT i FROM generate_series(1, 5) i; COMMIT",
            "UPDATE a SET v = v * 2; DELETE FROM a WHERE id % 3 = 0; INSERT INTO b SELECT i FROM generate_series(6, 400) i");

        await WithWorkersAsync(bench, 3);

        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData("DEFAULT")]
    [InlineData("FULL")]
    public async Task C4_large_value_that_was_not_sent_moves_with_its_row(string identity)
    {
        const string big = "(SELECT string_agg(md5(random()::text || g), '') FROM generate_series(1, 130) g)";
        await using var bench = await SharedBench.LoadedAsync(
            "partstoast", $"CREATE TABLE t (id int PRIMARY KEY, v int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL, REPLICA IDENTITY {identity}",
            $"INSERT INTO t SELECT i, i, {big} FROM generate_series(1, 40) i");
        await bench.ChangeAsync(
            "UPDATE t SET v = -v", "UPDATE t SET id = id + 100 WHERE id <= 20; UPDATE t SET v = 0 WHERE id BETWEEN 101 AND 110",
            $"UPDATE t SET id = id - 100, big = {big} WHERE id > 115", "UPDATE t SET v = v * 2; DELETE FROM t WHERE id % 7 = 0");

        await WithWorkersAsync(bench, 3);

        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("TRUNCATE b;")]
    public async Task C7_transaction_that_comes_in_pieces_is_one_step(string also)
    {
        await using var bench = await SharedBench.LoadedAsync("partshuge", "CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY)", "INSERT INTO b VALUES (1)");
        await bench.ChangeAsync(
            "INSERT INTO a SELECT i, i FROM generate_series(1, 100) i",
            $"BEGIN; INSERT INTO a SELECT i, i FROM generate_series(101, 1500) i; {also} UPDATE a SET v = -v; DELETE FROM a WHERE id % 4 = 0; COMMIT",
            "INSERT INTO a SELECT i, i FROM generate_series(2001, 2100) i");
        bench.CutIntoPieces(300);

        await WithWorkersAsync(bench, 2);

        await bench.AssertEqualAsync();
        Assert.Equal($"{bench.Batches.Count(b => b.EndsTransaction && b.Changes.Length > 0)}", await bench.Target.QueryScalarAsync("SELECT number FROM orchestrator.apply_step"));
    }

    /// <summary>Drives what was read, with as many workers.</summary>
    private static async Task<long[]> WithWorkersAsync(SharedBench bench, int workers)
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(1, workers).Select(n => bench.Join($"worker {n}")).ToList();
        await bench.DriveNothingAsync();
        var working = writers.ConvertAll(w => bench.WorkAsync(w, stop.Token));
        await bench.UntilSharedAsync(workers);
        await bench.DriveAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        var rows = await Task.WhenAll(working);
        foreach (var writer in writers) await writer.DisposeAsync();
        return rows;
    }
}
