using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>What MySQL does that MariaDB does not, on a real one.</summary>
[Trait("Needs", "MySql")]
[Trait("Server", "MySQL")]
public sealed class MySqlServerTests
{
    /// <summary>From 9.6 on the log tells what foreign keys did to other rows, before it could not; both are settings of the server.</summary>
    [Theory]
    [InlineData("--innodb-native-foreign-keys=OFF")]
    [InlineData("--innodb-native-foreign-keys=ON")]
    public async Task MP20_what_foreign_keys_do_is_done_once(string setting)
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql, setting);
        await using var scene = await MySqlScene.OpenAsync(server, "actions", """
            CREATE TABLE shop(id int PRIMARY KEY, code varchar(5) UNIQUE);
            CREATE TABLE seller(id int PRIMARY KEY, shop_id int, FOREIGN KEY (shop_id) REFERENCES shop(id) ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE sale(id int PRIMARY KEY, seller_id int, code varchar(5), FOREIGN KEY (seller_id) REFERENCES seller(id) ON DELETE SET NULL, FOREIGN KEY (code) REFERENCES shop(code) ON UPDATE CASCADE ON DELETE SET NULL);
            INSERT INTO shop VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL); INSERT INTO seller VALUES (10, 1), (11, 1), (12, 2), (13, 3), (14, NULL); INSERT INTO sale VALUES (100, 10, 'a'), (101, 11, 'b'), (102, 12, 'b'), (103, 13, 'c'), (104, NULL, NULL);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            UPDATE shop SET code = 'cc' WHERE id = 3; UPDATE shop SET id = 30 WHERE id = 3;
            BEGIN; DELETE FROM shop WHERE id = 1; INSERT INTO shop VALUES (1, 'a2'); INSERT INTO seller VALUES (10, 1); INSERT INTO sale VALUES (200, 10, 'a2'); COMMIT; REPLACE INTO shop VALUES (2, 'bb');
            """);
        var result = await scene.CutOverAsync();
        await MySqlCompare.RequireEqualAsync(scene.Source, scene.Target);
        Assert.Contains(result.Findings, f => f.Id == "F-MYS-032" && f.Why.Contains(setting.EndsWith("OFF", StringComparison.Ordinal) ? "which this server logs" : "logs nothing", StringComparison.Ordinal));
        Assert.Equal("0", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("seller")} WHERE id = 11"));
    }

    [Theory]
    [InlineData("caching_sha2_password", true)]
    [InlineData("caching_sha2_password", false)]
    [InlineData("sha256_password", true)]
    public async Task S6_accounts_log_in_by_every_method(string method, bool tls)
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql);
        await using var scene = await MySqlScene.OpenAsync(server, "login", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await server.RunAsync("", $"CREATE USER mover@'127.0.0.1' IDENTIFIED WITH {method} BY 'x'; GRANT SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.* TO mover@'127.0.0.1'");
        scene.Url = server.Url(scene.Source.Name, "mover", "x") + (tls ? "?sslmode=require" : "?sslmode=disable");
        await scene.FollowAsync();
        await scene.CutOverAsync();
        Assert.Equal("1", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task MP13_documents_are_what_the_server_keeps_of_them()
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql);
        await using var scene = await MySqlScene.OpenAsync(server, "json", """
            CREATE TABLE t(id int PRIMARY KEY, j json, n json NOT NULL DEFAULT ('{}'));
            INSERT INTO t VALUES (1, '{"z": 1.0, "a": [1, 2.50, 1e2, 1.5E-3, -7, 18446744073709551615]}', '[]'), (2, '{"b": {"y": null, "x": [true, false, {}]}, "a": "\\u00e4\\u20ac\\ud83d\\ude00 \\" \\n"}', '"text"'),
                (3, NULL, 'null'), (4, '{"k": 1, "k": 2}', '  [ 1 , "1" ]  '), (5, JSON_OBJECT('d', CAST('2024-01-15 10:30:45' AS DATETIME), 't', CAST('10:30:45.5' AS TIME(1)), 'n', CAST(1.50 AS DECIMAL(10,2))), '-12.340'), (6, 'true', '{"": "", " ": "\\u0001"}');
            """);
        await MySqlTwice.MoveAsync(scene, "t", "j, n",
            ["""{"a": [1, 2.5, 100.0, 0.0015, -7, 18446744073709551615], "z": 1.0}""", "[]"], ["""{"a": "ä€😀 \" \n", "b": {"x": [true, false, {}], "y": null}}""", "\"text\""], [null, "null"], ["""{"k": 2}""", """[1, "1"]"""],
            ["""{"d": "2024-01-15 10:30:45.000000", "n": 1.50, "t": "10:30:45.500000"}""", "-12.34"], ["true", """{"": "", " ": "\u0001"}"""]);
    }

    /// <summary>A log that holds documents in part, or transactions packed, is refused before anything happens.</summary>
    [Theory]
    [InlineData("--binlog-row-value-options=PARTIAL_JSON", "F-MYS-014")]
    [InlineData("--binlog-transaction-compression=ON", "F-MYS-015")]
    [InlineData("--binlog-row-image=MINIMAL", "F-MYS-012")]
    [InlineData("--binlog-row-metadata=MINIMAL", "F-MYS-013")]
    public async Task MP21_a_log_that_cannot_be_followed_is_refused(string setting, string check)
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql, setting);
        await using var scene = await MySqlScene.OpenAsync(server, "refused", "CREATE TABLE t(id int PRIMARY KEY, j json); INSERT INTO t VALUES (1, '{}')");
        Assert.StartsWith(check, Assert.Single(await scene.BlockersAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C15_tagged_GTIDs_are_known_again_after_a_restart()
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql);
        await using var scene = await MySqlScene.OpenAsync(server, "tags", "CREATE TABLE t(id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("SET gtid_next = 'AUTOMATIC:blue'; INSERT INTO t VALUES (2, 2); SET gtid_next = 'AUTOMATIC:red'; UPDATE t SET v = 10 WHERE id = 1; SET gtid_next = 'AUTOMATIC'; INSERT INTO t VALUES (3, 3)");
        await server.RestartAsync();
        await scene.Source.ExecuteAsync("SET gtid_next = 'AUTOMATIC:blue'; DELETE FROM t WHERE id = 3");
        await scene.CutOverAsync();
        Assert.Contains(":blue:", await scene.Source.QueryScalarAsync("SELECT @@global.gtid_executed"), StringComparison.Ordinal);
        Assert.Equal("1=10,2=2", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '=' || v, ',' ORDER BY id) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task C15_a_log_that_was_purged_or_reset_is_noticed()
    {
        await using var server = await MySqlServer.StartAsync(MySqlProduct.MySql);
        await using var scene = await MySqlScene.OpenAsync(server, "purged", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (2); RESET BINARY LOGS AND GTIDS; INSERT INTO t VALUES (3)");
        await server.RestartAsync();
        Assert.Equal("E-BINLOG-007", (await scene.FailureAsync()).Code);
    }
}
