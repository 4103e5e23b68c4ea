using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Cutover;
using Xunit.Abstractions;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>The lease, the point of no return, lifting, and who is waited for.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SourceFenceLifeTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task X8_lease_that_ends_opens_the_source_by_itself()
    {
        await using var scene = await FenceScene.CreateAsync("lease");
        await scene.CloseAsync(leaseSeconds: 1.5);
        Assert.Equal(FenceState.Leased, await scene.Fence.StateAsync(None));
        await Assert.ThrowsAsync<PostgresException>(() => scene.Database.ExecuteAsync("UPDATE plain SET v = 'x'"));

        await Task.Delay(1700);

        Assert.Equal(FenceState.Open, await scene.Fence.StateAsync(None));
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
        Assert.Equal("1", await scene.Database.QueryScalarAsync("SELECT count(*) FROM plain WHERE id = 9"));
        var late = await Assert.ThrowsAsync<OrchestratorException>(() => scene.Fence.MakePermanentAsync(None));
        Assert.Equal("E-FENCE-003", late.Code);
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (10, 'x')");
    }

    [Fact]
    public async Task X8_permanent_fence_refuses_after_the_lease()
    {
        await using var scene = await FenceScene.CreateAsync("permanent");
        await scene.CloseAsync(leaseSeconds: 1.5);
        await scene.Fence.MakePermanentAsync(None);
        await Task.Delay(1700);

        Assert.Equal(FenceState.Closed, await scene.Fence.StateAsync(None));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => scene.Database.ExecuteAsync("UPDATE plain SET v = 'x'"));
        Assert.Equal("25006", refused.SqlState);
        await scene.Fence.ProbeAsync(scene.Tables, None);
    }

    [Fact]
    public async Task MakePermanent_that_waits_for_a_lock_past_the_lease_changes_nothing()
    {
        await using var scene = await FenceScene.CreateAsync("latelock");
        await scene.CloseAsync(leaseSeconds: 2);
        await using var holder = await scene.OpenAsync();
        await using var hold = await holder.BeginTransactionAsync();
        await ExecuteAsync(holder, "LOCK TABLE plain IN SHARE MODE");

        var permanent = scene.Fence.MakePermanentAsync(None);
        await Task.Delay(2200);
        await hold.CommitAsync();

        var late = await Assert.ThrowsAsync<OrchestratorException>(() => permanent);
        Assert.Equal("E-FENCE-003", late.Code);
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
    }

    [Fact]
    public async Task X14_a_process_that_lost_its_fence_cannot_make_anothers_permanent()
    {
        await using var scene = await FenceScene.CreateAsync("stale");
        await scene.CloseAsync();
        await using var other = scene.NewFence();
        await other.CloseAsync(scene.Tables, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), None);

        var stale = await Assert.ThrowsAsync<OrchestratorException>(() => scene.Fence.MakePermanentAsync(None));
        Assert.Equal("E-FENCE-003", stale.Code);
        await using var never = scene.NewFence();
        await Assert.ThrowsAsync<OrchestratorException>(() => never.MakePermanentAsync(None));
        await other.MakePermanentAsync(None);

        var permanent = await Assert.ThrowsAsync<OrchestratorException>(() => scene.CloseAsync());
        Assert.Equal("E-FENCE-006", permanent.Code);
        Assert.False(await scene.Fence.ReleaseAsync(None));
        Assert.Equal(FenceState.Closed, await other.StateAsync(None));
        Assert.True(await other.ReleaseAsync(None));
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    [Fact]
    public async Task V6_close_lift_close_again_and_lift_leaves_nothing()
    {
        await using var scene = await FenceScene.CreateAsync("again");
        for (var i = 0; i < 3; i++)
        {
            await scene.CloseAsync();
            await scene.Fence.ProbeAsync(scene.Tables, None);
            await scene.Fence.LiftAsync(None);
            Assert.Equal("0 0 0", await scene.LeftoversAsync());
            await scene.Database.ExecuteAsync($"INSERT INTO plain VALUES ({100 + i}, 'x')");
        }

        await scene.Fence.LiftAsync(None);
    }

    [Fact]
    public async Task X8_fence_of_a_killed_process_is_adopted_and_lifted_by_the_next()
    {
        await using var scene = await FenceScene.CreateAsync("adopt");
        await scene.CloseAsync();
        await using (var next = scene.NewFence())
        {
            await next.CloseAsync(scene.Tables, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), None);
            await next.ProbeAsync(scene.Tables, None);
        }

        await using var last = scene.NewFence();
        await last.LiftAsync(None);
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    [Fact]
    public async Task Lift_keeps_a_schema_that_holds_something_else()
    {
        await using var scene = await FenceScene.CreateAsync("keep");
        await scene.CloseAsync();
        await scene.Database.ExecuteAsync("CREATE TABLE orchestrator.other (id int)");
        await scene.Fence.LiftAsync(None);
        Assert.Equal("0 0 1", await scene.LeftoversAsync());
    }

    [Fact]
    public async Task Lift_behind_a_long_reader_opens_at_once_and_removes_later()
    {
        await using var scene = await FenceScene.CreateAsync("reader");
        await scene.CloseAsync();
        await using var reader = await scene.OpenAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await ExecuteAsync(reader, "SELECT * FROM plain");

        var lifting = scene.Fence.LiftAsync(None);
        await Task.Delay(500);
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
        var kept = await Assert.ThrowsAsync<OrchestratorException>(() => lifting);
        Assert.Equal("E-FENCE-005", kept.Code);

        await transaction.CommitAsync();
        await scene.Fence.LiftAsync(None);
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    [Theory]
    [InlineData("ALTER TABLE plain DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE parted_1 DISABLE TRIGGER USER")]
    [InlineData("DROP FUNCTION orchestrator.{0}() CASCADE")]
    public async Task Probe_and_permanent_notice_a_fence_somebody_took_away(string sabotage)
    {
        await using var scene = await FenceScene.CreateAsync("sabotage");
        await scene.CloseAsync();
        await scene.Fence.ProbeAsync(scene.Tables, None);
        await scene.Database.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, sabotage, $"fence_source_{scene.RunId:N}"));

        var found = await Assert.ThrowsAsync<OrchestratorException>(() => scene.Fence.ProbeAsync(scene.Tables, None));
        Assert.Equal("E-FENCE-002", found.Code);
        await Assert.ThrowsAsync<OrchestratorException>(() => scene.Fence.MakePermanentAsync(None));
        Assert.NotEqual(FenceState.Closed, await scene.Fence.StateAsync(None));
    }

    [Fact]
    public async Task V1_transaction_in_flight_is_waited_for()
    {
        await using var scene = await FenceScene.CreateAsync("inflight");
        await using var app = await scene.OpenAsync();
        await using var transaction = await app.BeginTransactionAsync();
        await ExecuteAsync(app, "INSERT INTO parted_1 VALUES (50, 'in flight')");

        var closing = scene.CloseAsync(waitSeconds: 20);
        await Task.Delay(1000);
        Assert.False(closing.IsCompleted);
        await ExecuteAsync(app, "INSERT INTO plain VALUES (50, 'in flight')");
        await transaction.CommitAsync();
        await closing;

        Assert.Equal("2", await scene.Database.QueryScalarAsync("SELECT (SELECT count(*) FROM plain WHERE id = 50) + (SELECT count(*) FROM parted WHERE id = 50)"));
    }

    [Fact]
    public async Task V1_long_transaction_is_named_and_nothing_is_fenced()
    {
        await using var scene = await FenceScene.CreateAsync("long");
        await using var app = await scene.OpenAsync(scene.Database.ConnectionString + ";Application Name=nightly job");
        await using var transaction = await app.BeginTransactionAsync();
        await ExecuteAsync(app, "UPDATE parted SET v = 'x' WHERE id = 150");

        var blocked = await Assert.ThrowsAsync<OrchestratorException>(() => scene.CloseAsync(waitSeconds: 1));

        Assert.Equal(("E-FENCE-001", ErrorKind.Transient), (blocked.Code, blocked.Kind));
        Assert.Contains($"pid {app.ProcessID} (postgres, nightly job)", blocked.Message, StringComparison.Ordinal);
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
    }

    [Fact]
    public async Task V1_prepared_transaction_is_named()
    {
        await using var scene = await FenceScene.CreateAsync("twophase");
        var gid = $"order 'x' {scene.RunId}";
        await scene.Database.ExecuteAsync("BEGIN; INSERT INTO plain VALUES (9, 'x'); PREPARE TRANSACTION '" + gid.Replace("'", "''", StringComparison.Ordinal) + "'");

        var blocked = await Assert.ThrowsAsync<OrchestratorException>(() => scene.CloseAsync(waitSeconds: 0.5));
        Assert.True(blocked.Message.Contains($"prepared transaction '{gid}'", StringComparison.Ordinal), blocked.Message);
        var open = await new PgBlockers(scene.Session).ReadAsync(scene.Tables, TimeSpan.FromHours(1), None);
        Assert.Equal(gid, Assert.Single(open).Prepared);

        await scene.Database.ExecuteAsync("COMMIT PREPARED '" + gid.Replace("'", "''", StringComparison.Ordinal) + "'");
        await scene.CloseAsync();
        Assert.Equal("1", await scene.Database.QueryScalarAsync("SELECT count(*) FROM plain WHERE id = 9"));
    }

    [Fact]
    public async Task V1_two_writers_in_opposite_order_do_not_keep_the_fence_from_closing()
    {
        await using var scene = await FenceScene.CreateAsync("deadlock");
        using var stop = new CancellationTokenSource();
        var writers = new[] { ("plain", "owned"), ("owned", "plain") }.Select(o => Task.Run(async () =>
        {
            await using var app = await scene.OpenAsync();
            var failed = new List<string>();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await ExecuteAsync(app, $"BEGIN; UPDATE {o.Item1} SET v = 'w' WHERE id = -1; SELECT pg_sleep(0.02); UPDATE {o.Item2} SET v = 'w' WHERE id = -1; COMMIT");
                }
                catch (PostgresException e)
                {
                    failed.Add(e.SqlState);
                    await ExecuteAsync(app, "ROLLBACK");
                }
            }

            return failed;
        })).ToArray();
        await Task.Delay(200);

        await scene.CloseAsync(waitSeconds: 20);
        await stop.CancelAsync();

        Assert.All((await Task.WhenAll(writers)).SelectMany(f => f), state => Assert.Equal("25006", state));
    }

    [Fact]
    public async Task V1_table_that_is_always_locked_leaves_nothing_fenced()
    {
        const string Begin = "BEGIN; UPDATE ruled SET id = id WHERE id = -1";
        await using var scene = await FenceScene.CreateAsync("alwayslocked");
        using var stop = new CancellationTokenSource();
        // Each for less than a second, and none ends before the next one holds its lock: no moment is free.
        var writers = Task.Run(async () =>
        {
            await using var one = await scene.OpenAsync();
            await using var other = await scene.OpenAsync();
            var (before, next) = (one, other);
            await ExecuteAsync(before, Begin);
            while (!stop.IsCancellationRequested)
            {
                await ExecuteAsync(next, Begin);
                await ExecuteAsync(before, "COMMIT");
                (before, next) = (next, before);
                await Task.Delay(250);
            }
        });
        await Task.Delay(500);

        var refused = await Assert.ThrowsAsync<OrchestratorException>(() => scene.CloseAsync(waitSeconds: 4));

        Assert.Equal("E-FENCE-001", refused.Code);
        Assert.Contains("ruled", refused.Message, StringComparison.Ordinal);
        Assert.Equal(FenceState.Open, await scene.Fence.StateAsync(None));
        await scene.Database.ExecuteAsync("INSERT INTO plain VALUES (9, 'x')");
        await stop.CancelAsync();
        await writers;
        await scene.Fence.LiftAsync(None);
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    [Fact]
    public async Task Close_of_300_tables_under_writes_is_timed()
    {
        var many = string.Concat(Enumerable.Range(0, 300).Select(i => $"CREATE TABLE many_{i} (id int PRIMARY KEY, v text);"));
        await using var scene = await FenceScene.CreateAsync("many", many);
        Assert.True(scene.Tables.Count > 300);

        await TimedAsync("close", () => scene.CloseAsync());
        await TimedAsync("probe", () => scene.Fence.ProbeAsync(scene.Tables, None));
        await TimedAsync("permanent", () => scene.Fence.MakePermanentAsync(None));
        await TimedAsync("lift", () => scene.Fence.LiftAsync(None));
        Assert.Equal("0 0 0", await scene.LeftoversAsync());
    }

    private async Task TimedAsync(string what, Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
