using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>What InnoDB's foreign keys do to other rows is not in its log; the target must show it all the same.</summary>
[Trait("Needs", "MySql")]
public sealed class ForeignKeyActionTests
{
    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP20_rows_that_follow_a_deleted_or_changed_key_follow_on_the_target_too()
    {
        await using var scene = await MySqlScene.OpenAsync("cascades", """
            CREATE TABLE shop(id int PRIMARY KEY, code varchar(5) UNIQUE);
            CREATE TABLE seller(id int PRIMARY KEY, shop_id int, boss int, FOREIGN KEY (shop_id) REFERENCES shop(id) ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY (boss) REFERENCES seller(id) ON DELETE CASCADE);
            CREATE TABLE sale(id int PRIMARY KEY, seller_id int, code varchar(5), FOREIGN KEY (seller_id) REFERENCES seller(id) ON DELETE SET NULL, FOREIGN KEY (code) REFERENCES shop(code) ON UPDATE CASCADE ON DELETE SET NULL);
            INSERT INTO shop VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL);
            INSERT INTO seller VALUES (10, 1, NULL), (11, 1, 10), (12, 2, 11), (13, 2, NULL), (14, 3, 12), (15, 3, NULL), (16, NULL, NULL);
            INSERT INTO sale VALUES (100, 10, 'a'), (101, 11, 'a'), (102, 12, 'b'), (103, 13, 'b'), (104, 14, 'c'), (105, 15, 'c'), (106, NULL, NULL), (107, 16, 'c');
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            UPDATE shop SET code = 'cc' WHERE id = 3;
            UPDATE shop SET id = 30 WHERE id = 3;
            BEGIN; DELETE FROM shop WHERE id = 1; INSERT INTO shop VALUES (1, 'a2'); INSERT INTO seller VALUES (10, 1, 13); INSERT INTO sale VALUES (200, 10, 'a2'); COMMIT;
            DELETE FROM seller WHERE id = 16;
            """);
        await scene.CutOverAsync();
        await MySqlCompare.RequireEqualAsync(scene.Source, scene.Target);
        Assert.Equal("10,13,15", await scene.Target.QueryScalarAsync($"SELECT string_agg(id::text, ',' ORDER BY id) FROM {scene.Table("seller")}"));
    }

    [Fact]
    public async Task MP20_rows_that_stay_behind_because_nobody_looked_at_foreign_keys_stay_on_the_target_too()
    {
        await using var scene = await MySqlScene.OpenAsync("unchecked", """
            CREATE TABLE p(id int PRIMARY KEY); CREATE TABLE c(id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p(id) ON DELETE CASCADE ON UPDATE CASCADE);
            INSERT INTO p VALUES (1), (2), (3), (4); INSERT INTO c VALUES (10, 1), (20, 2), (30, 3), (40, 4);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("SET SESSION foreign_key_checks = 0; DELETE FROM p WHERE id = 1; UPDATE p SET id = 22 WHERE id = 2; SET SESSION foreign_key_checks = 1; DELETE FROM p WHERE id = 3");
        await scene.CutOverAsync();
        await MySqlCompare.RequireEqualAsync(scene.Source, scene.Target);
        Assert.Equal("10>1,20>2,40>4", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '>' || p, ',' ORDER BY id) FROM {scene.Table("c")}"));
    }

    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP20_a_table_without_transactions_is_moved_while_it_is_written()
    {
        await using var scene = await MySqlScene.OpenAsync("myisam", """
            CREATE TABLE app_ledger(id bigint PRIMARY KEY) ENGINE = MyISAM;
            CREATE TABLE big(id int PRIMARY KEY, v text) ENGINE = InnoDB;
            INSERT INTO big SELECT seq, REPEAT('v', 500) FROM seq_1_to_20000;
            """);
        await using var writer = await MySqlWriter.StartAsync(scene.Source, n => $"UPDATE big SET v = '{n}' WHERE id = {n % 20000};");
        await scene.FollowAsync();
        await writer.WaitForCommitsAsync(50, TimeSpan.FromMinutes(1));
        await writer.StopAsync();
        await scene.CutOverAsync();
        await MySqlCompare.RequireEqualAsync(scene.Source, scene.Target);
    }
}
