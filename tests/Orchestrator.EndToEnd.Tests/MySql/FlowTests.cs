using Orchestrator.Core.Validation;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES C2, C6, C7, C18, C19, V10 on MySQL and MariaDB: transactions on their way.</summary>
[Trait("Needs", "MySql")]
public sealed class FlowTests
{
    [Fact]
    public async Task C2_a_key_that_changes_moves_its_row_under_foreign_keys_too()
    {
        await using var scene = await MySqlScene.OpenAsync("c2", """
            CREATE TABLE p(id int PRIMARY KEY, v text); CREATE TABLE c(id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p(id)); INSERT INTO p VALUES (1, 'one'), (2, 'two'); INSERT INTO c VALUES (1, 1);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("UPDATE p SET id = 20 WHERE id = 2; BEGIN; INSERT INTO p VALUES (10, 'ten'); UPDATE c SET p = 10; DELETE FROM p WHERE id = 1; UPDATE p SET id = 1 WHERE id = 20; COMMIT; UPDATE c SET id = 7");
        await scene.CutOverAsync();
        Assert.Equal("1=two,10=ten|7>10", await scene.Target.QueryScalarAsync($"SELECT (SELECT string_agg(id || '=' || v, ',' ORDER BY id) FROM {scene.Table("p")}) || '|' || (SELECT string_agg(id || '>' || p, ',') FROM {scene.Table("c")})"));
    }

    [Fact]
    public async Task C6_a_transaction_over_several_tables_is_there_as_a_whole_or_not()
    {
        await using var scene = await MySqlScene.OpenAsync("c6", "CREATE TABLE a(id int PRIMARY KEY, v bigint); CREATE TABLE b(id int PRIMARY KEY, v bigint); INSERT INTO a SELECT seq, 0 FROM seq_1_to_50; INSERT INTO b SELECT seq, 0 FROM seq_1_to_50");
        await scene.FollowAsync();
        var writing = scene.Source.ExecuteAsync("""
            DELIMITER $$
            CREATE PROCEDURE work(n int) BEGIN WHILE n > 0 DO START TRANSACTION; UPDATE a SET v = v + n WHERE id = 1 + n % 50; UPDATE b SET v = v - n WHERE id = 1 + (n * 7) % 50; COMMIT; SET n = n - 1; END WHILE; END $$
            DELIMITER ;
            CALL work(3000);
            """);
        while (!writing.IsCompleted)
            Assert.Equal("0", await scene.Target.QueryScalarAsync($"SELECT (SELECT sum(v) FROM {scene.Table("a")}) + (SELECT sum(v) FROM {scene.Table("b")})"));
        await writing;
        await scene.CutOverAsync();
        Assert.Equal("4501500 -4501500", await scene.Target.QueryScalarAsync($"SELECT (SELECT sum(v) FROM {scene.Table("a")}) || ' ' || (SELECT sum(v) FROM {scene.Table("b")})"));
    }

    [Fact]
    public async Task C7_what_is_taken_back_has_no_effect_and_the_position_goes_on()
    {
        await using var scene = await MySqlScene.OpenAsync("c7", "CREATE TABLE t(id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            BEGIN; INSERT INTO t VALUES (2, 2); ROLLBACK; BEGIN; COMMIT; BEGIN; UPDATE t SET v = 10; SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; RELEASE SAVEPOINT a; INSERT INTO t VALUES (3, 3); COMMIT;
            BEGIN; SAVEPOINT b; INSERT INTO t VALUES (4, 4); ROLLBACK TO b; COMMIT; INSERT IGNORE INTO t VALUES (1, 99), (5, 5);
            """);
        await scene.CutOverAsync();
        Assert.Equal("1=10,3=3,5=5", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '=' || v, ',' ORDER BY id) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task C18_connections_to_the_source_that_fall_silent_are_noticed()
    {
        await using var server = await MySqlServer.StartAsync();
        await using var scene = await MySqlScene.OpenAsync(server, "c18", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await using var proxy = SilentProxy.Start(server.Port);
        scene.Url = proxy.Through(server.Url(scene.Source.Name), server.Port);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (2)");
        Assert.True(proxy.FallSilent() > 0);
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (3)");
        await scene.UntilAsync("the row behind the silence", async () => await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")} WHERE id = 3") == "1");
        await scene.UntilAsync("the notice", () => Task.FromResult(scene.Notices.Any(n => n.Contains("change stream interrupted", StringComparison.Ordinal))));
        await scene.CutOverAsync();
    }

    [Fact]
    public async Task C19_a_row_that_is_not_where_it_should_be_is_counted_and_found()
    {
        await using var scene = await MySqlScene.OpenAsync("c19", "CREATE TABLE t(id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
        await scene.FollowAsync();
        await scene.Target.ExecuteAsync($"SET session_replication_role = replica; DELETE FROM {scene.Table("t")} WHERE id = 2; INSERT INTO {scene.Table("t")} VALUES (4, 40)");
        await scene.Source.ExecuteAsync("UPDATE t SET v = 20 WHERE id = 2; DELETE FROM t WHERE id = 3");
        var report = await scene.ValidateAsync();
        Assert.Equal(ValidationVerdict.Different, report.Verdict);
        Assert.Equal(["2", "4"], report.Tables.SelectMany(t => t.Rows).Select(r => r.Key.Single().Value).Order());
    }

    [Fact]
    public async Task V10_comparing_while_everything_is_written_raises_no_alarm()
    {
        await using var scene = await MySqlScene.OpenAsync("v10", "CREATE TABLE app_ledger(id bigint PRIMARY KEY); CREATE TABLE t(id int PRIMARY KEY, v bigint); INSERT INTO t SELECT seq, 0 FROM seq_1_to_500");
        await scene.FollowAsync();
        await using var writer = await MySqlWriter.StartAsync(scene.Source, n => $"UPDATE t SET v = v + {n} WHERE id = 1 + {n} % 500; DELETE FROM t WHERE id = 1 + ({n} * 3) % 500; REPLACE INTO t VALUES (1 + ({n} * 3) % 500, {n});", connections: 3);
        for (var i = 0; i < 4; i++) Assert.Equal(ValidationVerdict.Equal, (await scene.ValidateAsync()).Verdict);
        await writer.StopAsync();
        await scene.CutOverAsync();
    }
}
