using Orchestrator.Engines.MySql.Binlog;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

public sealed class StatementKindTests
{
    [Theory]
    [InlineData("ALTER TABLE t ADD INDEX (a), COMMENT 'x'", "None")]
    [InlineData("ALTER ONLINE TABLE `t` DROP KEY a", "None")]
    [InlineData("ALTER IGNORE TABLE t ADD UNIQUE (a)", "Alter")]
    [InlineData("ALTER TABLE t ADD INDEX (a), DROP COLUMN b", "Alter")]
    [InlineData("ALTER TABLE t DROP PARTITION p", "Alter")]
    [InlineData("RENAME TABLE x TO y, shop.t TO z", "Alter")]
    [InlineData("DROP TABLE other", "None")]
    [InlineData("DROP DATABASE shop", "Alter")]
    [InlineData("CREATE TABLE other AS SELECT * FROM t", "None")]
    [InlineData("TRUNCATE t", "Truncate")]
    [InlineData("/* hint */ UPDATE t SET a = 1", "Write")]
    [InlineData("TRUNCATE TABLE \"shop\".\"t\"", "Truncate")]
    [InlineData("CREATE TABLE `x` (`a` int) START TRANSACTION", "Begin")]
    [InlineData("CREATE TABLE `t` (`a` int) START TRANSACTION", "Alter")]
    [InlineData("XA START X'61',X'62',1", "TwoPhase")]
    [InlineData("GRANT SELECT ON t TO a", "None")]
    public void C12_statement_is_told_by_what_it_may_do_to_followed_tables(string sql, string effect) =>
        Assert.Equal(effect, StatementKind.Of(sql, "shop", (d, t) => (d, t) == ("shop", "t")).Effect.ToString());
}
