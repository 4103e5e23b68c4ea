using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES K2, K5, C2, C5, C11, C12, MP21: what the log holds besides plain rows.</summary>
[Trait("Needs", "MySql")]
public sealed class StreamTests
{
    [Fact]
    public async Task K2_rows_without_a_key_are_changed_one_by_one()
    {
        await using var scene = await MySqlScene.OpenAsync("k2", """
            CREATE TABLE n(a int, b varchar(10), f float, t timestamp NULL); INSERT INTO n VALUES (1, 'x', 0.1, NULL), (1, 'x', 0.1, NULL), (1, 'x', 0.1, NULL), (2, NULL, NULL, '2024-01-01'), (2, NULL, NULL, '2024-01-01');
            CREATE TABLE u(a int NOT NULL, b int, UNIQUE KEY (a)); INSERT INTO u VALUES (1, 1), (2, 2);
            CREATE TABLE q(a int NULL, b int, UNIQUE KEY (a)); INSERT INTO q VALUES (NULL, 1), (NULL, 1), (3, 3);
            CREATE TABLE c(a int, b varchar(9), d date, v int, PRIMARY KEY (d, a, b)); INSERT INTO c VALUES (1, 'x', '2024-01-01', 1), (1, 'y', '2024-01-01', 2);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            DELETE FROM n WHERE a = 1 LIMIT 1; UPDATE n SET b = 'y' WHERE a = 2 LIMIT 1; UPDATE u SET b = 20 WHERE a = 2; DELETE FROM u WHERE a = 1; DELETE FROM q WHERE a IS NULL LIMIT 1; UPDATE q SET a = NULL WHERE a = 3;
            UPDATE c SET v = 10 WHERE b = 'x'; UPDATE c SET b = 'z', d = '2025-01-01' WHERE b = 'y';
            """);
        var wrong = (await scene.ValidateAsync()).Tables.SelectMany(t => t.Rows.Select(r => $"{t.Table} {r.Kind} {r.Count} {string.Join(' ', r.Columns)}")).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await scene.CutOverAsync();
        Assert.Equal("1 x,1 x,2,2 y", await scene.Target.QueryScalarAsync($"SELECT string_agg(concat_ws(' ', a, b), ',' ORDER BY a, b NULLS FIRST) FROM {scene.Table("n")}"));
        Assert.Equal("2=20", await scene.Target.QueryScalarAsync($"SELECT string_agg(a || '=' || b, ',') FROM {scene.Table("u")}"));
        Assert.Equal("1,3", await scene.Target.QueryScalarAsync($"SELECT string_agg(b::text, ',' ORDER BY b) FROM {scene.Table("q")} WHERE a IS NULL"));
        Assert.Equal("1 x 2024-01-01 10,1 z 2025-01-01 2", await scene.Target.QueryScalarAsync($"SELECT string_agg(concat_ws(' ', a, b, d, v), ',' ORDER BY b) FROM {scene.Table("c")}"));
    }

    [Fact]
    public async Task K5_unique_values_change_places_in_one_transaction()
    {
        await using var scene = await MySqlScene.OpenAsync("k5", "CREATE TABLE t(id int PRIMARY KEY, u int, UNIQUE (u)); INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            BEGIN; UPDATE t SET u = NULL WHERE id = 1; UPDATE t SET u = 10 WHERE id = 2; UPDATE t SET u = 20 WHERE id = 1; COMMIT;
            BEGIN; UPDATE t SET id = 9 WHERE id = 3; UPDATE t SET id = 3 WHERE id = 2; UPDATE t SET id = 2 WHERE id = 9; COMMIT; BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (4, 20); COMMIT; REPLACE INTO t VALUES (5, 20);
            """);
        await scene.CutOverAsync();
        Assert.Equal("2=30,3=10,5=20", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '=' || u, ',' ORDER BY id) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task C11_large_transactions_and_rows_over_a_rotation_of_the_log()
    {
        await using var scene = await MySqlScene.OpenAsync("c11", "CREATE TABLE t(id int PRIMARY KEY, v varchar(40)); CREATE TABLE big(id int PRIMARY KEY, x longtext, b longblob); INSERT INTO big VALUES (1, REPEAT('ünï', 1000000), REPEAT(x'00ff5c', 2000000))");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            FLUSH BINARY LOGS; INSERT INTO t SELECT seq, CONCAT('row ', seq) FROM seq_1_to_200000; FLUSH BINARY LOGS; UPDATE t SET v = CONCAT(v, '!') WHERE id % 2 = 0; DELETE FROM t WHERE id % 5 = 0;
            INSERT INTO big SELECT id + 1, x, b FROM big; FLUSH BINARY LOGS; UPDATE big SET x = CONCAT('a', x), b = CONCAT(b, x'00');
            """);
        await scene.CutOverAsync();
        Assert.Equal("160000 80000", await scene.Target.QueryScalarAsync($"SELECT count(*) || ' ' || count(*) FILTER (WHERE v LIKE '%!') FROM {scene.Table("t")}"));
        Assert.Equal("1 3000001 6000001,2 3000001 6000001", await scene.Target.QueryScalarAsync($"SELECT string_agg(concat_ws(' ', id, length(x), length(b)), ',' ORDER BY id) FROM {scene.Table("big")}"));
    }

    [Fact]
    public async Task C5_C12_what_concerns_no_row_passes_and_a_truncated_table_is_emptied()
    {
        await using var scene = await MySqlScene.OpenAsync("c12", "CREATE TABLE t(id int PRIMARY KEY, v int, KEY (v)); INSERT INTO t VALUES (1, 1), (2, 2); CREATE TABLE customer(id int PRIMARY KEY); INSERT INTO customer VALUES (1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            ALTER TABLE t ADD INDEX more (v, id); CREATE INDEX again ON t (id, v); DROP INDEX again ON t; ALTER TABLE t DROP INDEX more, COMMENT 'x', AUTO_INCREMENT = 5; CREATE TABLE unrelated(customer int, t int REFERENCES t(id)); DROP TABLE unrelated; CREATE TABLE copied LIKE t; RENAME TABLE copied TO copied2; DROP TABLE copied2;
            CREATE TABLE selected AS SELECT * FROM t; DROP TABLE selected; CREATE TEMPORARY TABLE tmp AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM t; DROP VIEW w; ANALYZE TABLE t; OPTIMIZE TABLE customer; GRANT SELECT ON t TO admin@'127.0.0.1'; REVOKE SELECT ON t FROM admin@'127.0.0.1';
            INSERT INTO t VALUES (3, 3); TRUNCATE TABLE customer; INSERT INTO customer VALUES (5); BEGIN; INSERT INTO t VALUES (4, 4); SAVEPOINT s; INSERT INTO t VALUES (5, 5); ROLLBACK TO SAVEPOINT s; COMMIT; BEGIN; INSERT INTO t VALUES (6, 6); ROLLBACK;
            """);
        await scene.CutOverAsync();
        Assert.Equal("1,2,3,4|5", await scene.Target.QueryScalarAsync($"SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM {scene.Table("t")}) || '|' || (SELECT string_agg(id::text, ',') FROM {scene.Table("customer")})"));
    }

    [Theory]
    [InlineData("ALTER TABLE t ADD COLUMN w int", "E-DDL-002")]
    [InlineData("ALTER TABLE t DROP COLUMN v", "E-DDL-002")]
    [InlineData("RENAME TABLE t TO t2", "E-DDL-002")]
    [InlineData("DROP TABLE IF EXISTS nobody, t", "E-DDL-002")]
    [InlineData("SET SESSION binlog_format = STATEMENT; INSERT INTO t VALUES (7, 7)", "E-BINLOG-006")]
    [InlineData("SET SESSION binlog_format = STATEMENT; UPDATE t SET v = 8", "E-BINLOG-006")]
    [InlineData("SET SESSION binlog_row_image = MINIMAL; UPDATE t SET v = 8", "E-BINLOG-002")]
    public async Task C12_MP21_what_cannot_be_followed_stops_the_run_by_name(string change, string code)
    {
        await using var scene = await MySqlScene.OpenAsync("c12_stop", "CREATE TABLE t(id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync(change);
        var error = await scene.FailureAsync();
        Assert.Equal((code, scene.Source.Name + ".t"), (error.Code, error.Table));
    }

    [Trait("Server", "MariaDB")]
    [Fact]
    public Task C12_a_table_that_is_replaced_stops_the_run_by_name() => C12_MP21_what_cannot_be_followed_stops_the_run_by_name("CREATE OR REPLACE TABLE t(id int)", "E-DDL-002");

    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP21_a_compressed_log_is_read()
    {
        await using var server = await MySqlServer.StartAsync("--log-bin-compress=ON", "--log-bin-compress-min-len=10", "--binlog-checksum=NONE");
        await using var scene = await MySqlScene.OpenAsync(server, "mp21", "CREATE TABLE t(id int PRIMARY KEY, x text, b blob, n decimal(20,5)); INSERT INTO t VALUES (1, REPEAT('long text ', 100), REPEAT('b', 300), 1.5), (2, '', '', NULL)");
        await MySqlTwice.MoveAsync(scene, "t", "md5(x), length(b), n", [await Md5Async(scene), "300", "1.50000"], ["d41d8cd98f00b204e9800998ecf8427e", "0", null]);
    }

    private static async Task<string?> Md5Async(MySqlScene scene) => await scene.Source.QueryScalarAsync("SELECT MD5(REPEAT('long text ', 100))");
}
