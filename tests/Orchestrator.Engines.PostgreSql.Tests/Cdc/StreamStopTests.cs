using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.TestKit;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>CASES C12, C13, C14, C21: where the stream must stop, it stops there and says why.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StreamStopTests
{
    private const string Table = "CREATE TABLE t (id int PRIMARY KEY, a text, b int)";
    private const string Rows = "INSERT INTO t SELECT i, 'a' || i, i FROM generate_series(1, 5) i";

    [Theory]
    [InlineData("ALTER TABLE t ADD c int DEFAULT 7", "INSERT INTO t VALUES (10, 'x', 1, 8); UPDATE t SET c = 9 WHERE id = 2", false)]
    [InlineData("ALTER TABLE t ADD c int DEFAULT 7", "INSERT INTO t VALUES (10, 'x', 1, 8); UPDATE t SET c = 9 WHERE id = 2", true)]
    [InlineData("ALTER TABLE t DROP a", "INSERT INTO t VALUES (10, 1)", false)]
    [InlineData("ALTER TABLE t RENAME a TO z", "UPDATE t SET z = 'new' WHERE id = 1", false)]
    [InlineData("ALTER TABLE t ALTER b TYPE bigint", "UPDATE t SET b = 5000000000 WHERE id = 1", false)]
    [InlineData("ALTER TABLE t ALTER b TYPE bigint", "UPDATE t SET b = 5000000000 WHERE id = 1", true)]
    public async Task C12_changed_columns_stop_the_stream_there_and_the_same_change_on_the_target_lets_it_go_on(string ddl, string then, bool down)
    {
        await using var bench = await CdcBench.LoadedAsync("c12", Table, Rows);
        var plan = await bench.Source.Catalog.ReadAsync(TableSelection.All, default);
        if (!down) bench.Start();
        await bench.Pair.Source.ExecuteAsync("UPDATE t SET b = 100 WHERE id = 3");
        await bench.Pair.Source.ExecuteAsync(ddl);
        await bench.Pair.Source.ExecuteAsync(then);
        if (down) bench.Start();

        var error = await bench.FailureAsync();
        Assert.Equal((ErrorKind.Data, "E-DDL-001", "public.t"), (error.Kind, error.Code, error.Table));
        Assert.Equal("100|5", await bench.Pair.Target.QueryScalarAsync("SELECT (SELECT b FROM t WHERE id = 3) || '|' || count(*) FROM t"));

        await bench.Pair.Target.ExecuteAsync(ddl);
        var (now, there) = (await bench.Source.Catalog.ReadAsync(TableSelection.All, default), await bench.Target.Catalog.ReadAsync(TableSelection.All, default));
        var next = PlanForms.Next(plan, now, there);
        Assert.NotNull(next);
        bench.Tables = [.. next.EarlierForms.Concat(next.Tables).Select(t => new FollowedTable(t, bench.Tables[0].From))];
        bench.Start();
        await bench.AssertEqualAsync();

        await bench.Pair.Source.ExecuteAsync("DELETE FROM t WHERE id = 4; UPDATE t SET id = id + 50");
        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData("ALTER TABLE t DROP a; ALTER TABLE t ADD a text", "UPDATE t SET a = 'n' WHERE id = 1", true)]
    [InlineData("ALTER TABLE t DROP b, ADD c int", "UPDATE t SET c = 1 WHERE id = 1", true)]
    [InlineData("ALTER TABLE t RENAME TO t2", "UPDATE t2 SET a = 'n' WHERE id = 1", true)]
    [InlineData("ALTER TABLE t REPLICA IDENTITY USING INDEX t_b", "UPDATE t SET a = 'n' WHERE id = 1", false)]
    public async Task C12_what_cannot_be_told_from_the_stream_stops_it_and_is_not_adopted(string ddl, string then, bool onBoth)
    {
        await using var bench = await CdcBench.LoadedAsync(
            "c12s", Table + "; ALTER TABLE t ALTER b SET NOT NULL; CREATE UNIQUE INDEX t_b ON t (b); ALTER TABLE t REPLICA IDENTITY DEFAULT", Rows);
        var plan = await bench.Source.Catalog.ReadAsync(TableSelection.All, default);
        await bench.Pair.Source.ExecuteAsync(ddl);
        await bench.Pair.Source.ExecuteAsync(then);
        bench.Start();

        Assert.Equal("E-DDL-001", (await bench.FailureAsync()).Code);
        if (onBoth) await bench.Pair.Target.ExecuteAsync(ddl);
        Assert.Null(PlanForms.Next(
            plan, await bench.Source.Catalog.ReadAsync(TableSelection.All, default), await bench.Target.Catalog.ReadAsync(TableSelection.All, default)));
    }

    [Fact]
    public async Task C12_a_change_the_target_does_not_have_is_not_adopted()
    {
        await using var bench = await CdcBench.LoadedAsync("c12t", Table, Rows);
        var plan = await bench.Source.Catalog.ReadAsync(TableSelection.All, default);
        await bench.Pair.Source.ExecuteAsync("ALTER TABLE t ADD c int");
        await bench.Pair.Target.ExecuteAsync("ALTER TABLE t ADD c bigint");

        Assert.Null(PlanForms.Next(
            plan, await bench.Source.Catalog.ReadAsync(TableSelection.All, default), await bench.Target.Catalog.ReadAsync(TableSelection.All, default)));
    }

    [Fact]
    public async Task C13_a_row_of_a_new_partition_stops_the_stream()
    {
        await using var bench = await CdcBench.LoadedAsync(
            "c13", "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
        bench.Start();
        await bench.Pair.Source.ExecuteAsync("INSERT INTO p VALUES (1)");
        await bench.Pair.Source.ExecuteAsync("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
        await bench.Pair.Source.ExecuteAsync("INSERT INTO p VALUES (2), (11)");

        var error = await bench.FailureAsync();
        Assert.Equal(("E-DDL-002", "public.p2"), (error.Code, error.Table));
        Assert.Equal("1", await bench.Pair.Target.QueryScalarAsync("SELECT string_agg(id::text, ',') FROM p"));
    }

    [Fact]
    public async Task C13_a_detached_partition_is_followed_on()
    {
        await using var bench = await CdcBench.LoadedAsync(
            "c13d", "CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
            "INSERT INTO p SELECT i, 'v' FROM generate_series(1, 5) i");
        bench.Start();

        await bench.Pair.Source.ExecuteAsync("ALTER TABLE p DETACH PARTITION p1");
        await bench.Pair.Source.ExecuteAsync("UPDATE p1 SET v = 'while detached'");
        await bench.Pair.Source.ExecuteAsync("ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10)");

        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task C13_a_selection_without_one_partition_is_not_stopped_by_its_rows()
    {
        await using var bench = await CdcBench.LoadedAsync("c13x", Table);
        await bench.Pair.Source.ExecuteAsync("""
            CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)
            """);
        var plan = await bench.Source.Catalog.ReadAsync(new TableSelection([], ["p2"]), default);
        await using (var snapshot = await bench.Source.Capture.CreateAsync(plan.Tables, default))
        {
            await using var reader = bench.Source.Capture.OpenReader([.. plan.Tables.Select(t => new FollowedTable(t, snapshot.Position))]);
            await bench.Pair.Source.ExecuteAsync("INSERT INTO p VALUES (11); INSERT INTO p VALUES (1)");
            Assert.Equal(1, (await bench.ReadBatchAsync(reader, b => b.Changes.Length > 0, null, snapshot.Position)).Changes.Length);
        }
    }

    [Theory]
    [InlineData("ALTER PUBLICATION % DROP TABLE t; UPDATE t SET a = 'missed'; ALTER PUBLICATION % ADD TABLE t")]
    [InlineData("ALTER PUBLICATION % SET (publish = 'insert'); UPDATE t SET a = 'missed'; ALTER PUBLICATION % SET (publish = 'insert, update, delete, truncate')")]
    [InlineData("DROP PUBLICATION %")]
    public async Task C14_an_altered_publication_is_noticed(string sql)
    {
        await using var bench = await CdcBench.LoadedAsync("c14p", Table, Rows);
        bench.Start();
        await bench.CatchUpAsync();
        foreach (var statement in sql.Replace("%", bench.Slot, StringComparison.Ordinal).Split("; ")) await bench.Pair.Source.ExecuteAsync(statement);

        var caughtUp = bench.CatchUpAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => caughtUp);
        await bench.FailureAsync();
        Assert.Equal(ErrorKind.Data, error.Kind);
        if (!sql.StartsWith("DROP", StringComparison.Ordinal)) Assert.Equal("E-SLOT-005", error.Code);
        bench.Start();
        Assert.Equal("E-SLOT-005", (await bench.FailureAsync()).Code);
    }

    [Fact]
    public async Task C14_a_dropped_table_is_no_alteration()
    {
        await using var bench = await CdcBench.LoadedAsync("c14d", Table + "; CREATE TABLE gone (id int PRIMARY KEY)", Rows);
        bench.Start();
        await bench.Pair.Source.ExecuteAsync("INSERT INTO gone VALUES (1)");
        await bench.Pair.Source.ExecuteAsync("DROP TABLE gone");
        await bench.Pair.Source.ExecuteAsync("UPDATE t SET b = 0");

        await bench.CatchUpAsync();
        Assert.Equal("0", await bench.Pair.Target.QueryScalarAsync("SELECT max(b) FROM t"));
    }

    [Theory]
    [InlineData("SELECT pg_drop_replication_slot('%')", "E-SLOT-002")]
    [InlineData("SELECT pg_drop_replication_slot('%'), pg_create_logical_replication_slot('%', 'pgoutput')", "E-SLOT-003")]
    [InlineData("SELECT pg_replication_slot_advance('%', pg_current_wal_flush_lsn())", "E-SLOT-003")]
    public async Task C14_a_slot_that_is_gone_or_moved_is_noticed_before_reading_and_never_made_again(string sql, string code)
    {
        await using var bench = await CdcBench.LoadedAsync("c14s", Table, Rows);
        await bench.Pair.Source.ExecuteAsync("UPDATE t SET b = 0");
        foreach (var part in sql.Replace("%", bench.Slot, StringComparison.Ordinal).Split("), ")) 
            await bench.Pair.Source.ExecuteAsync(part.StartsWith("pg_", StringComparison.Ordinal) ? "SELECT " + part : part.EndsWith(')') ? part : part + ")");
        var slots = await bench.Pair.SourceSlotsAsync();

        bench.Start();
        var error = await bench.FailureAsync();

        Assert.Equal((ErrorKind.Data, code), (error.Kind, error.Code));
        Assert.Equal(slots, await bench.Pair.SourceSlotsAsync());
    }

    [Fact]
    public async Task C14_a_slot_dropped_under_the_running_stream_ends_the_run()
    {
        await using var bench = await CdcBench.LoadedAsync("c14r", Table, Rows);
        bench.Start();
        await bench.CatchUpAsync();

        await bench.Pair.Source.ExecuteAsync($"""
            DO $$ BEGIN
              PERFORM pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = '{bench.Slot}';
              PERFORM pg_drop_replication_slot('{bench.Slot}');
            END $$
            """);

        Assert.Equal("E-SLOT-002", (await bench.FailureAsync()).Code);
    }

    [Fact]
    public async Task C14_a_slot_whose_log_was_dropped_is_named_lost()
    {
        await using var source = await PgCluster.StartAsync(new PgClusterOptions
        {
            Settings = new Dictionary<string, string> { ["max_slot_wal_keep_size"] = "1MB", ["max_wal_size"] = "32MB", ["min_wal_size"] = "32MB" },
        });
        await source.CreateDatabaseAsync("lost");
        var target = (await PgPair.SharedAsync()).Target;
        await target.CreateDatabaseAsync("c14_lost");
        await using var bench = await CdcBench.LoadedAsync(
            "", Table, Rows, new DatabasePair(new PgDatabase(source, "lost"), new PgDatabase(target, "c14_lost")));
        await bench.Pair.Source.ExecuteAsync("UPDATE t SET b = 0");
        for (var i = 0; i < 4; i++) await bench.Pair.Source.ExecuteAsync("SELECT pg_switch_wal(); CREATE TABLE junk AS SELECT generate_series(1, 1000); DROP TABLE junk; CHECKPOINT");

        bench.Start();

        Assert.Equal("E-SLOT-001", (await bench.FailureAsync()).Code);
        Assert.True((await bench.Source.Capture.StatusAsync(default))!.Lost);
    }

    [Theory]
    [InlineData("ALTER TABLE t ALTER a TYPE varchar(3)", "UPDATE t SET a = 'too long', b = 1 WHERE id = 2", "a", "id=2")]
    [InlineData("ALTER TABLE t ALTER b TYPE smallint", "INSERT INTO t VALUES (7, 'x', 1), (8, 'x', 70000), (9, 'x', 1)", "b", "id=8")]
    [InlineData("ALTER TABLE t ADD CHECK (b < 50)", "BEGIN; UPDATE t SET b = 1 WHERE id = 1; UPDATE t SET b = 60 WHERE id = 3; COMMIT", null, "id=3")]
    [InlineData("ALTER TABLE t ALTER a SET NOT NULL", "UPDATE t SET a = NULL WHERE id = 5", "a", "id=5")]
    public async Task C21_a_value_the_target_refuses_stops_with_table_column_and_key(string onTarget, string change, string? column, string key)
    {
        await using var bench = await CdcBench.LoadedAsync("c21", Table, Rows);
        await bench.Pair.Target.ExecuteAsync(onTarget);
        bench.Start();
        await bench.Pair.Source.ExecuteAsync(change);

        var error = await bench.FailureAsync();

        Assert.Equal((ErrorKind.Data, "E-DATA-001", "public.t", column, key), (error.Kind, error.Code, error.Table, error.Column, error.Key));
        Assert.Equal("5|15", await bench.Pair.Target.QueryScalarAsync("SELECT count(*) || '|' || sum(b) FROM t"));
    }
}
