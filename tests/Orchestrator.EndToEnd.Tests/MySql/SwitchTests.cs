using System.Text;
using Orchestrator.Core.Runs;
using Orchestrator.TestKit;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES V1, V6, X10, X12, X13 on MySQL and MariaDB: the switch, its way back, and servers that go away.</summary>
[Trait("Needs", "MySql")]
public sealed class SwitchTests
{
    private const string Tables = "CREATE TABLE app_ledger(id bigint PRIMARY KEY); CREATE TABLE t(id int PRIMARY KEY, v bigint); INSERT INTO t SELECT seq, seq FROM seq_1_to_500";

    [Fact]
    public async Task V1_an_open_transaction_takes_the_cutover_back_and_the_source_takes_writes()
    {
        await using var scene = await MySqlScene.OpenAsync("v1", Tables);
        scene.Options = o => o with { PauseBudget = TimeSpan.FromSeconds(2) };
        await scene.FollowAsync();
        var open = scene.Source.ExecuteAsync("BEGIN; UPDATE t SET v = -1 WHERE id = 1; DO SLEEP(12); COMMIT");
        // Not by INNODB_TRX: its contents are not renewed while it is read more often than every 0.1 s.
        await scene.UntilAsync("a transaction is open", async () => await scene.Source.QueryScalarAsync("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'") == "1");
        var (exitCode, message) = await scene.TryAskAsync(RunRequest.Cutover);
        Assert.True(exitCode == 5, $"{exitCode} {message}");
        await scene.Source.ExecuteAsync("SET SESSION lock_wait_timeout = 2; INSERT INTO t VALUES (1000, 1)");
        await open;
        await scene.CutOverAsync();
        Assert.Equal("-1 1", await scene.Target.QueryScalarAsync($"SELECT (SELECT v FROM {scene.Table("t")} WHERE id = 1) || ' ' || (SELECT v FROM {scene.Table("t")} WHERE id = 1000)"));
    }

    [Fact]
    public async Task V1_X8_everything_acknowledged_before_the_switch_is_on_the_target_and_nothing_after_it_on_the_source()
    {
        await using var scene = await MySqlScene.OpenAsync("v1_acks", Tables);
        await scene.FollowAsync();
        await using var writer = await MySqlWriter.StartAsync(scene.Source, n => $"UPDATE t SET v = {n} WHERE id = 1 + {n} % 500;", connections: 4);
        await scene.CutOverAsync();
        await writer.StopAsync();
        var there = (await scene.Target.QueryRowsAsync($"SELECT id FROM {scene.Table("app_ledger")}")).Select(r => long.Parse(r[0]!, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        Assert.DoesNotContain(writer.Acknowledged, n => !there.Contains(n));
        Assert.Equal(await scene.Source.QueryScalarAsync("SELECT COUNT(*) FROM app_ledger"), $"{there.Count}");
        Assert.Equal("1", await scene.Source.QueryScalarAsync("SELECT @@global.read_only"));
    }

    [Fact]
    public async Task V6_rolled_back_leaves_nothing_and_the_next_run_goes_the_whole_way()
    {
        await using var pair = await MySqlPair.CreateAsync("v6");
        await pair.Source.ExecuteAsync(Tables);
        for (var round = 0; round < 2; round++)
        {
            await using var scene = MySqlScene.On(pair);
            await scene.FollowAsync();
            await scene.AskAsync(RunRequest.Rollback);
            Assert.Equal(RunState.RolledBack, (await scene.EndAsync()).State);
            Assert.Equal("0", await pair.Target.QueryScalarAsync($"SELECT count(*) FROM pg_namespace WHERE nspname IN ('orchestrator', '{pair.Source.Name}')"));
            await pair.Source.ExecuteAsync($"INSERT INTO t VALUES ({10_000 + round}, 1)");
        }

        await using var last = MySqlScene.On(pair);
        await last.FollowAsync();
        await last.CutOverAsync();
        Assert.Equal("502", await last.Target.QueryScalarAsync($"SELECT count(*) FROM {last.Table("t")}"));
    }

    [Theory]
    [InlineData(StopMode.Fast)]
    [InlineData(StopMode.Immediate)]
    public async Task X10_source_that_restarts_while_changes_are_followed_is_followed_on(StopMode mode)
    {
        await using var server = await MySqlServer.StartAsync("--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1");
        await using var scene = await MySqlScene.OpenAsync(server, "x10", Tables);
        await scene.FollowAsync();
        for (var round = 0; round < 2; round++)
        {
            await scene.Source.ExecuteAsync($"UPDATE t SET v = v + 1; INSERT INTO t VALUES ({1000 + round}, 0)");
            await server.RestartAsync(mode);
            await scene.Source.ExecuteAsync($"DELETE FROM t WHERE id = {round + 1}");
        }

        await scene.UntilAsync("the last change", async () => await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")} WHERE id = 2") == "0");
        await scene.CutOverAsync();
        Assert.Equal(await scene.Source.QueryScalarAsync("SELECT CONCAT(COUNT(*), ' ', SUM(id), ' ', SUM(v)) FROM t"), await scene.Target.QueryScalarAsync($"SELECT concat_ws(' ', count(*), sum(id), sum(v)) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task X12_connections_cut_again_and_again_the_run_goes_on()
    {
        await using var scene = await MySqlScene.OpenAsync("x12", Tables);
        await scene.FollowAsync();
        for (var round = 0; round < 6; round++)
        {
            await scene.Source.ExecuteAsync($"UPDATE t SET v = v + {round}; INSERT INTO t VALUES ({1000 + round}, 0)");
            var sessions = await scene.Source.QueryRowsAsync("SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND USER = 'admin'");
            foreach (var session in sessions) await KillAsync(scene, session[0]!);
        }

        await scene.CutOverAsync();
        Assert.Equal(await scene.Source.QueryScalarAsync("SELECT CONCAT(COUNT(*), ' ', SUM(v)) FROM t"), await scene.Target.QueryScalarAsync($"SELECT concat_ws(' ', count(*), sum(v)) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task X12_password_that_changes_ends_the_run_with_few_tries_and_resume_goes_on_with_the_right_one()
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.Chosen.LogsLogins);
        await using var scene = await MySqlScene.OpenAsync(server, "x12_password", Tables);
        await server.RunAsync("", "CREATE USER mover@'127.0.0.1' IDENTIFIED BY 'first-secret'; GRANT ALL ON *.* TO mover@'127.0.0.1'");
        scene.Url = server.Url(scene.Source.Name, "mover", "first-secret");
        await scene.FollowAsync();
        await server.RunAsync("", "ALTER USER mover@'127.0.0.1' IDENTIFIED BY 'second-secret'");
        foreach (var session in await scene.Source.QueryRowsAsync("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'mover'")) await KillAsync(scene, session[0]!);
        var error = await scene.FailureAsync();
        Assert.DoesNotContain("secret", error.Message + error.Fix, StringComparison.Ordinal);
        Assert.InRange((await server.ReadLogAsync()).Split("Access denied for user 'mover'").Length - 1, 1, 10);

        await server.RunAsync("", "ALTER USER mover@'127.0.0.1' IDENTIFIED BY 'first-secret'");
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (1000, 7)");
        await scene.ResumeAsync();
        await scene.CutOverAsync();
        Assert.Equal("7", await scene.Target.QueryScalarAsync($"SELECT v FROM {scene.Table("t")} WHERE id = 1000"));
    }

    [Fact]
    public async Task X13_no_connection_left_on_the_source_is_waited_for_by_an_account_with_the_documented_rights_only()
    {
        await using var server = await MySqlServer.StartAsync();
        await using var scene = await MySqlScene.OpenAsync(server, "x13", Tables);
        await server.RunAsync("", "CREATE USER mover@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.* TO mover@'127.0.0.1'");
        scene.Url = server.Url(scene.Source.Name, "mover", "x");
        await scene.FollowAsync();
        await server.RunAsync("", "ALTER USER mover@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1; FLUSH USER_RESOURCES");
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (1000, 7)");
        foreach (var session in await scene.Source.QueryRowsAsync("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'mover'")) await KillAsync(scene, session[0]!);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await server.RunAsync("", "ALTER USER mover@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0; FLUSH USER_RESOURCES");
        await scene.UntilAsync("the row", async () => await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")} WHERE id = 1000") == "1");
        await scene.CutOverAsync();
    }

    /// <summary>A session may be gone before its turn comes.</summary>
    private static async Task KillAsync(MySqlScene scene, string session)
    {
        using var script = new MemoryStream(Encoding.UTF8.GetBytes($"KILL {session}"));
        await scene.Source.Server.RunAsync("", script, "--force");
    }
}
