using Orchestrator.Engines.Sqlite.Catalog;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class DefaultMapperTests
{
    [Theory]
    [InlineData(null, "text", null)]
    [InlineData("NULL", "bigint", null)]
    [InlineData("\"\"", "text", "''::text")]
    [InlineData("'\"0\"'", "text", "'\"0\"'::text")]
    [InlineData("'it''s'", "text", "'it''s'::text")]
    [InlineData("-5", "bigint", "-5")]
    [InlineData("'0'", "bigint", "0")]
    [InlineData("5", "text", "'5'::text")]
    [InlineData("1.50", "numeric", "1.50")]
    [InlineData("TRUE", "bigint", "1")]
    [InlineData("x'00FF'", "bytea", "'\\x00ff'::bytea")]
    [InlineData("current_date", "text", "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")]
    public void SP9_constants_and_clocks_are_translated(string? sql, string type, string? expected)
    {
        Assert.True(DefaultMapper.TryMap(sql, type, out var expression));
        Assert.Equal(expected, expression);
    }

    [Theory]
    [InlineData("'\"0\"'", "bigint")]
    [InlineData("DATETIME('now', 'localtime')", "text")]
    [InlineData("strftime('%Y', 'now')", "text")]
    [InlineData("1 + 1", "bigint")]
    [InlineData("1.50", "text")]
    [InlineData("'x'", "numeric")]
    [InlineData("CURRENT_TIMESTAMP", "bigint")]
    public void SP9_anything_else_is_not(string sql, string type) => Assert.False(DefaultMapper.TryMap(sql, type, out _));

    [Theory]
    [InlineData("CREATE TABLE t(a CHECK (a > 0), b, CHECK(b))", 2)]
    [InlineData("CREATE TABLE t(\"check\" TEXT DEFAULT 'CHECK' /* CHECK */, [check] -- CHECK\n, checked)", 0)]
    public void Checks_are_counted(string sql, int count) => Assert.Equal(count, TableWords.Checks(sql));
}
