using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.MySql.Tests.Source;

public sealed class AlteredByTests
{
    private static readonly HashSet<TableRef> Tables = [new("shop", "t"), new("shop", "Weird Näme"), new("other", "t")];

    [Theory]
    [InlineData("ALTER TABLE t ADD c int", "shop", "shop.t")]
    [InlineData("ALTER TABLE other.t ADD c int", "shop", "other.t")]
    [InlineData("RENAME TABLE x TO `Weird Näme`", "shop", "shop.Weird Näme")]
    [InlineData("DROP TABLE `shop`.`t`", "shop", "shop.t")]
    [InlineData("DROP DATABASE other", "other", "other.t")]
    [InlineData("ALTER TABLE t ADD INDEX (c)", "shop", null)]
    [InlineData("ALTER TABLE untold ADD c int", "shop", null)]
    [InlineData("DROP DATABASE third", "third", null)]
    [InlineData("TRUNCATE t", "shop", null)]
    public async Task Statement_names_the_followed_table_it_alters(string statement, string database, string? expected)
    {
        await using var source = new MySqlSourceEngine("mysql://a:b@127.0.0.1/shop,other", new MappingOptions(), Guid.Empty, 1, TimeProvider.System, isRelayed: true);

        Assert.Equal(expected, source.AlteredBy(statement, database, Tables)?.ToString());
    }
}
