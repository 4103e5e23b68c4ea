using Orchestrator.Core.Errors;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Tests;

public sealed class SqliteUrlTests
{
    [Fact]
    public void Several_files_have_labels_of_their_own()
    {
        var files = SqliteUrl.Parse("sqlite:///a/shop.db?schema=x&prefix=p_ sqlite:///b/shop.db\nsqlite:///c/100%25%20old%3F%23.db");
        Assert.Equal(["/a/shop.db", "/b/shop.db", "/c/100% old?#.db"], files.Select(f => f.Path));
        Assert.Equal(["/a/shop.db", "/b/shop.db", "100% old?#"], files.Select(f => f.Label));
        Assert.Equal(("x", "p_", null), (files[0].Schema, files[0].Prefix, files[1].Schema));
    }

    [Theory]
    [InlineData("sqlite://shop.db", "E-CFG-005")]
    [InlineData("sqlite:///", "E-CFG-005")]
    [InlineData("sqlite:///a.db?mode=rw", "E-CFG-003")]
    [InlineData("sqlite:///a.db?schema=", "E-CFG-004")]
    [InlineData("sqlite:///a.db sqlite:///./a.db", "E-CFG-004")]
    [InlineData("sqlite:///a.db postgresql://u@h/d", "E-CFG-002")]
    [InlineData("sqlite:///100%.db", "E-CFG-002")]
    public void What_cannot_be_meant_is_refused(string urls, string code) =>
        Assert.Equal(code, Assert.Throws<OrchestratorException>(() => SqliteUrl.Parse(urls)).Code);
}
