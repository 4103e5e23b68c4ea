using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Tests.Binlog;

namespace Orchestrator.Engines.MySql.Tests.Catalog;

/// <summary>Defaults as MySQL's catalog writes them, by its documentation: constants without quotes, expressions marked so.</summary>
public sealed class DefaultMapperTests
{
    [Theory]
    [InlineData("int", "7", "", "7")]
    [InlineData("varchar(10)", "it's", "", "'it''s'::character varying")]
    [InlineData("datetime(3)", "CURRENT_TIMESTAMP(3)", "DEFAULT_GENERATED", "LOCALTIMESTAMP(3)")]
    [InlineData("char(36)", "uuid()", "DEFAULT_GENERATED", "gen_random_uuid()::text")]
    [InlineData("bit(4)", "b'101'", "", "B'0101'")]
    [InlineData("binary(3)", "abc", "", "'\\x616263'::bytea")]
    [InlineData("binary(3)", "0x616263", "", null)]
    [InlineData("int", "(1 + 1)", "DEFAULT_GENERATED", null)]
    public void Default_of_MySQL_is_translated_or_left(string type, string text, string extra, string? expression)
    {
        var column = LogEvents.Table("shop", "t", ("c", type)).Columns[0];
        var source = new SourceColumn("c", 1, type, true, text, "utf8mb4", extra, "", false);
        Assert.Equal(expression is not null, DefaultMapper.TryMap(source, column, mariaDb: false, out var mapped));
        if (expression is not null) Assert.Equal(expression, mapped);
    }
}
