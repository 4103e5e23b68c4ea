using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES section 5 and C13 on MySQL and MariaDB: names, foreign keys, what is there already, what comes later.</summary>
[Trait("Needs", "MySql")]
public sealed class KeyAndNameTests
{
    [Fact]
    public async Task K1_names_with_everything_in_them()
    {
        await using var scene = await MySqlScene.OpenAsync("k1", """
            CREATE TABLE `with MyTableName
             AS (SELECT "1" FROM x` (`"dq"` int PRIMARY KEY, `back``tick` int, `per%s {0} \n` varchar(20), `select` int, `ünï €` int, KEY `an "index"` (`select`));
            INSERT INTO `with MyTableName
             AS (SELECT "1" FROM x` VALUES (1, 2, 'x', 3, 4), (2, NULL, NULL, NULL, NULL);
            CREATE TABLE `Case` (id int PRIMARY KEY); CREATE TABLE `semi;colon'` (`a;b` int PRIMARY KEY, `--` int); INSERT INTO `semi;colon'` VALUES (1, 1);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("""
            UPDATE `with MyTableName
             AS (SELECT "1" FROM x` SET `back``tick` = 20, `per%s {0} \n` = 'y' WHERE `"dq"` = 1; INSERT INTO `Case` VALUES (7); DELETE FROM `semi;colon'`; INSERT INTO `semi;colon'` VALUES (2, 2);
            """);
        await scene.CutOverAsync();
        var odd = scene.Table("with MyTableName\n AS (SELECT \"\"1\"\" FROM x");
        Assert.Equal("1 20 y 3 4,2", await scene.Target.QueryScalarAsync($"SELECT string_agg(concat_ws(' ', \"\"\"dq\"\"\", \"back`tick\", \"per%s {{0}} \\n\", \"select\", \"ünï €\"), ',' ORDER BY \"\"\"dq\"\"\") FROM {odd}"));
        Assert.Equal("7 2 2", await scene.Target.QueryScalarAsync($"SELECT concat_ws(' ', (SELECT id FROM {scene.Table("Case")}), (SELECT \"a;b\" FROM {scene.Table("semi;colon'")}), (SELECT \"--\" FROM {scene.Table("semi;colon'")}))"));
    }

    [Fact]
    public async Task K4_foreign_keys_in_a_circle_and_to_the_same_table()
    {
        await using var scene = await MySqlScene.OpenAsync("k4", """
            CREATE TABLE a(id int PRIMARY KEY, b int, up int, FOREIGN KEY (up) REFERENCES a(id)); CREATE TABLE b(id int PRIMARY KEY, a int NOT NULL, FOREIGN KEY (a) REFERENCES a(id));
            ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b(id); SET FOREIGN_KEY_CHECKS = 0; INSERT INTO a VALUES (1, 1, 2), (2, 2, 1); INSERT INTO b VALUES (1, 2), (2, 1);
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("BEGIN; INSERT INTO a VALUES (3, NULL, 3); INSERT INTO b VALUES (3, 3); UPDATE a SET b = 3, up = 1 WHERE id = 3; COMMIT; SET FOREIGN_KEY_CHECKS = 0; INSERT INTO b VALUES (4, 5); INSERT INTO a VALUES (5, 4, NULL)");
        await scene.CutOverAsync();
        Assert.Equal("1 1 2,2 2 1,3 3 1,5 4|1 2,2 1,3 3,4 5", await scene.Target.QueryScalarAsync($"SELECT (SELECT string_agg(concat_ws(' ', id, b, up), ',' ORDER BY id) FROM {scene.Table("a")}) || '|' || (SELECT string_agg(concat_ws(' ', id, a), ',' ORDER BY id) FROM {scene.Table("b")})"));
        Assert.Equal("3", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = '\"{scene.Source.Name}\"'::regnamespace"));
    }

    [Fact]
    public async Task K7_a_target_that_holds_rows_is_refused_before_anything_happens()
    {
        await using var scene = await MySqlScene.OpenAsync("k7", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await scene.Target.ExecuteAsync($"CREATE SCHEMA \"{scene.Source.Name}\"; CREATE TABLE {scene.Table("t")}(id int PRIMARY KEY); INSERT INTO {scene.Table("t")} VALUES (9)");
        Assert.Contains(await scene.BlockersAsync(), b => b.StartsWith("F-TGT-", StringComparison.Ordinal) && b.Contains($"{scene.Source.Name}.t", StringComparison.Ordinal));
        Assert.Equal("9", await scene.Target.QueryScalarAsync($"SELECT string_agg(id::text, ',') FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task K8_C13_a_table_made_after_planning_is_stated_and_keeps_the_cutover_from_happening()
    {
        await using var scene = await MySqlScene.OpenAsync("k8", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("CREATE TABLE later(id int PRIMARY KEY); INSERT INTO later VALUES (1)");
        var (exitCode, message) = await scene.TryAskAsync(RunRequest.Cutover);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("later", message + string.Join('\n', scene.Notices), StringComparison.Ordinal);
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (2); DROP TABLE later");
        await scene.CutOverAsync();
        Assert.Equal("1,2", await scene.Target.QueryScalarAsync($"SELECT string_agg(id::text, ',' ORDER BY id) FROM {scene.Table("t")}"));
    }
}
