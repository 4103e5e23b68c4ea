using Orchestrator.Core.Runs;
using Orchestrator.TestKit;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>Ways a run begins and ends other than the whole one: the target must be as the source is, and open or closed as it should.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StrategyTests
{
    /// <summary>A trigger that fires for everybody, replicas too, and changes what is written.</summary>
    private const string Tables = """
        CREATE TABLE t(id int PRIMARY KEY, v text);
        CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := NEW.v || ''!''; RETURN NEW; END';
        CREATE TRIGGER marked BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION mark();
        ALTER TABLE t ENABLE ALWAYS TRIGGER marked;
        """;

    private const string Rows = "INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 20) i;";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task K4_copy_without_changes_ends_with_an_open_target_and_its_triggers(bool validate)
    {
        await using var scene = await MigrationScene.OpenAsync("copyonly", Tables + Rows);
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Validate = validate };
        await scene.StartAsync();

        var result = await scene.EndAsync();

        Assert.Equal((RunOutcome.Done, RunState.Complete), (result.Outcome, result.State));
        await FullCompare.RequireEqualAsync(scene.Pair);
        await RequireOpenAsync(scene);
    }

    [Fact]
    public async Task K4_rows_that_were_there_already_are_followed_behind_a_fence_and_without_the_targets_triggers()
    {
        await using var scene = await MigrationScene.OpenAsync("cdconly", Tables + Rows);
        await scene.Target.PsqlAsync(Tables + Rows);
        scene.Options = o => o with { Strategy = MigrationStrategy.CdcOnly };
        await scene.FollowAsync();
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => scene.Target.ExecuteAsync("INSERT INTO t VALUES (50, 'theirs')"));
        Assert.Equal("25006", refused.SqlState);

        await scene.Source.PsqlAsync("INSERT INTO t VALUES (30, 'new'); UPDATE t SET v = 'other' WHERE id = 3; DELETE FROM t WHERE id = 4;");
        await scene.FinishAsync();

        await RequireOpenAsync(scene);
    }

    [Fact]
    public async Task K4_triggers_of_an_adopted_table_do_not_fire_for_the_copy_and_are_back_after_a_rollback()
    {
        await using var scene = await MigrationScene.OpenAsync("adopted", Tables + Rows);
        await scene.Target.PsqlAsync(Tables);
        await scene.FollowAsync();
        await FullCompare.RequireEqualAsync(scene.Pair);

        await scene.AskAsync(RunRequest.Rollback);
        await scene.EndAsync();

        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
        await RequireOpenAsync(scene);
    }

    [Fact]
    public async Task Roles_get_their_rights_only_once_the_target_takes_writes()
    {
        await using var scene = await MigrationScene.OpenAsync("roles", "CREATE TABLE t(id int PRIMARY KEY, v text);" + Rows);
        var role = $"{scene.Target.Name}_reader";
        scene.Options = o => o with { TargetRoles = new TargetRoles(ReadOnly: role) };
        await scene.FollowAsync();
        Assert.Equal("0", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'"));

        await scene.FinishAsync();

        Assert.Equal("t f", await scene.Target.QueryScalarAsync($"SELECT concat_ws(' ', has_table_privilege('{role}', 't', 'SELECT'), has_table_privilege('{role}', 't', 'INSERT'))"));
    }

    [Fact]
    public async Task X3_following_only_goes_on_from_the_slot_of_the_try_that_was_killed()
    {
        await using var scene = await MigrationScene.OpenAsync("cdckilled", Tables + Rows);
        await scene.Target.PsqlAsync(Tables + Rows);
        using var killed = await KilledAsync(scene, "load:rows-slot-created", "--strategy", "cdc-only", "--cutover", "auto");
        await scene.Source.PsqlAsync("UPDATE t SET v = 'in between' WHERE id = 5");

        Assert.Equal(0, await killed.RunAsync("resume"));

        await FullCompare.RequireEqualAsync(scene.Pair);
    }

    [Theory]
    [InlineData("complete:copy-open", true)]
    [InlineData("complete:ledger-dropped", true)]
    [InlineData("complete:ledger-dropped", false)]
    public async Task X3_copy_killed_while_it_removes_its_own_records_is_only_finished(string point, bool validate)
    {
        await using var scene = await MigrationScene.OpenAsync("copykilled", Tables + Rows);
        using var killed = await KilledAsync(scene, point, "--strategy", "parallel-batch", validate ? "--validate" : "--no-validate");
        Assert.Equal(5, await killed.RunAsync("rollback"));
        Assert.Contains("Finish the run with: orchestrator resume", killed.Said, StringComparison.Ordinal);

        Assert.Equal(0, await killed.RunAsync("resume"));

        await FullCompare.RequireEqualAsync(scene.Pair);
        await RequireOpenAsync(scene);
    }

    [Fact]
    public async Task K7_a_target_another_run_began_to_fill_is_refused()
    {
        await using var scene = await MigrationScene.OpenAsync("k7_other", Tables + Rows);
        using var killed = await KilledAsync(scene, "schema:after-pre-data");
        Assert.Contains(await scene.BlockersAsync(), b => b.StartsWith("F-TGT-014 run case", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C12_alteration_that_rewrites_rows_behind_the_stream_is_compared_again_before_the_switch()
    {
        await using var scene = await MigrationScene.OpenAsync("c12_using", "CREATE TABLE t(id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'Ann'), (2, 'Bob');");
        await scene.FollowAsync();
        await scene.Source.PsqlAsync("ALTER TABLE t ALTER v TYPE text USING lower(v)");

        var (exitCode, message) = await scene.TryAskAsync(RunRequest.Cutover);

        // The gate says so, or rows were compared again before it was asked.
        Assert.Contains(exitCode == 5 ? "altered since rows were compared" : "different", message, StringComparison.Ordinal);
        await scene.UntilAsync("compared again", () => Task.FromResult(scene.Notices.Any(n => n.Contains("compared: different", StringComparison.Ordinal))));
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (3, 'still here')");
    }

    [Fact]
    public async Task C11_table_that_is_replaced_while_it_waits_for_its_copy_is_copied_from_a_new_snapshot()
    {
        await using var scene = await MigrationScene.OpenAsync("c11_replaced", """
            CREATE TABLE large(id int PRIMARY KEY, v text); INSERT INTO large SELECT i, repeat('x', 200) FROM generate_series(1, 5000) i;
            CREATE TABLE small(id int PRIMARY KEY, v text); INSERT INTO small SELECT i, 'old' FROM generate_series(1, 10) i;
            """);
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, ParallelWorkers = 1 };
        await scene.StartAsync();
        await scene.UntilAsync("table", async () => await scene.Target.QueryScalarAsync("SELECT to_regclass('large') IS NOT NULL") == "t");
        await using (var holder = new Npgsql.NpgsqlConnection(scene.Target.ConnectionString))
        {
            await holder.OpenAsync();
            await using (var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE large IN ACCESS SHARE MODE", holder)) await hold.ExecuteNonQueryAsync();
            await scene.UntilAsync("waiting", async () => await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'large'::regclass") != "0");
            await scene.Source.PsqlAsync("TRUNCATE small; INSERT INTO small SELECT i, 'new' FROM generate_series(1, 12) i;");
        }

        var result = await scene.EndAsync();

        Assert.True(result.Outcome == RunOutcome.Done, string.Join('\n', scene.Notices.Concat(result.Report.Validation?.Tables.Select(t => t.ToString()) ?? [])));
        Assert.Contains(scene.Notices, n => n.Contains("the snapshot is lost", StringComparison.Ordinal));
        await FullCompare.RequireEqualAsync(scene.Pair);
    }

    [Fact]
    public async Task V2_others_messages_in_the_log_do_not_keep_a_switch_from_being_completed()
    {
        await using var scene = await MigrationScene.OpenAsync("v2_messages", Tables + Rows);
        scene.Options = o => o with { OnSwitch = "sleep 7" };
        await scene.FollowAsync();
        using var stop = new CancellationTokenSource();
        var emitting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await scene.Source.ExecuteAsync("SELECT pg_logical_emit_message(true, 'app', 'x')");
        });

        await scene.FinishAsync();

        await stop.CancelAsync();
        await emitting;
    }

    [Fact]
    public async Task V11_comparison_whose_connections_are_lost_is_made_again()
    {
        await using var scene = await MigrationScene.OpenAsync("v11_again", "CREATE TABLE t(id int PRIMARY KEY, v text); INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000000) i;");
        scene.Options = o => o with { Cutover = CutoverMode.Auto };
        await scene.StartAsync();
        await scene.UntilAsync("interrupted", async () =>
        {
            await scene.Target.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%hash_record_extended%'");
            return scene.Notices.Any(n => n.Contains("comparison interrupted", StringComparison.Ordinal));
        });

        Assert.Equal(RunOutcome.Done, (await scene.EndAsync()).Outcome);

        await FullCompare.RequireEqualAsync(scene.Pair);
    }

    [Fact]
    public async Task X8_reader_of_the_target_does_not_make_a_switch_that_happened_look_failed()
    {
        await using var scene = await MigrationScene.OpenAsync("x8_reader", Tables + Rows);
        await scene.FollowAsync();
        await using (var reader = new Npgsql.NpgsqlConnection(scene.Target.ConnectionString))
        {
            await reader.OpenAsync();
            await using (var read = new Npgsql.NpgsqlCommand("BEGIN; SELECT count(*) FROM t", reader)) await read.ExecuteNonQueryAsync();
            await scene.CutOverAsync();
            Assert.Contains(scene.Notices, n => n.Contains("DROP SCHEMA orchestrator CASCADE", StringComparison.Ordinal));
            Assert.Equal("new!", await scene.Target.QueryScalarAsync("INSERT INTO t VALUES (1000, 'new') RETURNING v"));
        }

        await scene.Target.ExecuteAsync("DROP SCHEMA orchestrator CASCADE");
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%'"));
    }

    /// <summary>Applications can write, the trigger is as it was created, and nothing of the run is left.</summary>
    private static async Task RequireOpenAsync(MigrationScene scene)
    {
        Assert.Equal("A", await scene.Target.QueryScalarAsync("SELECT tgenabled FROM pg_trigger WHERE tgname = 'marked'"));
        Assert.Equal("new!", await scene.Target.QueryScalarAsync("INSERT INTO t VALUES (1000, 'new') RETURNING v"));
        Assert.Equal("0 0", await scene.Target.QueryScalarAsync("SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator') || ' ' || (SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%')"));
    }

    /// <summary>A run of the command line that killed itself there.</summary>
    private static async Task<KilledRun> KilledAsync(MigrationScene scene, string point, params string[] options)
    {
        var run = new KilledRun(scene);
        Assert.Equal(137, await run.RunAsync("migrate", point, options));
        return run;
    }

    private sealed class KilledRun(MigrationScene scene) : IDisposable
    {
        private readonly string _state = Directory.CreateTempSubdirectory("orchestrator-strategy-").FullName;

        /// <summary>All the last command printed.</summary>
        public string Said { get; private set; } = "";

        public async Task<int> RunAsync(string verb, string? crashAt = null, params string[] options)
        {
            var environment = new Dictionary<string, string?>
            {
                ["SOURCE_DB_URL"] = scene.Pair.SourceUrl, ["TARGET_DB_URL"] = scene.Pair.TargetUrl, ["ORCHESTRATOR_CRASH_AT"] = crashAt,
            };
            await using var process = OrchestratorProcess.Start([verb, "--state", _state, "--run", "case", .. options], environment);
            var exit = await process.WaitForExitAsync(TimeSpan.FromMinutes(2));
            Said = process.Error + process.Output;
            return exit;
        }

        public void Dispose() => Directory.Delete(_state, recursive: true);
    }
}
