using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Options;

public sealed class SqliteOptionsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public SqliteOptionsTests()
    {
        _cli.Environment["SOURCE_DB_URL"] = "sqlite:///srv/shop.db";
        _cli.Environment["TARGET_DB_URL"] = "postgresql://a:envpw@db2/shop";
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Wishes_of_columns_are_read_from_a_file()
    {
        var file = _cli.File("c.yaml", """
            column-types: [shop.customer.active=boolean, "shop.purchase.amount=numeric(10,2)"]
            column-conversions: ["*.customer.id=uuid-v5", shop.purchase.made=unix-seconds]
            column-checks: [shop.customer.name=required, shop.customer.age=min:0 max:150, "shop.purchase.made=max:2024-02-29T23:59:59 required"]
            uuid-namespace: 6ba7b810-9dad-11d1-80b4-00c04fd430c8
            reject-limit: 100
            """);
        Assert.Equal(0, await _cli.RunAsync("migrate", "--config", file, "--strategy", "parallel-batch", "--run", "r"));

        var mapping = _cli.Engine.Given!.Mapping;
        Assert.Equal((100, Path.Combine(_cli.State, "r.rejects.jsonl"), "6ba7b810-9dad-11d1-80b4-00c04fd430c8"), (mapping.RejectLimit, mapping.Stash, mapping.UuidNamespace.ToString()));
        Assert.Equal(
            new Dictionary<string, ColumnOverride>
            {
                ["shop.customer.active"] = new(null, "boolean"),
                ["shop.purchase.amount"] = new(null, "numeric(10,2)"),
                ["*.customer.id"] = new(null, null) { Conversion = ColumnConversion.UuidV5 },
                ["shop.purchase.made"] = new(null, null) { Conversion = ColumnConversion.UnixSeconds, Check = new ColumnCheck(true, null, "2024-02-29T23:59:59") },
                ["shop.customer.name"] = new(null, null) { Check = new ColumnCheck(true, null, null) },
                ["shop.customer.age"] = new(null, null) { Check = new ColumnCheck(false, "0", "150") },
            },
            mapping.Columns);
    }

    [Fact]
    public async Task Without_rejects_there_is_no_stash()
    {
        Assert.Equal(0, await _cli.RunAsync("migrate", "--stash", "/tmp/x.jsonl"));
        Assert.Equal((0, null, MappingOptions.OwnNamespace), (_cli.Engine.Given!.Mapping.RejectLimit, _cli.Engine.Given.Mapping.Stash, _cli.Engine.Given.Mapping.UuidNamespace));
        Assert.Equal(0, await _cli.RunAsync("migrate", "--run", "two", "--stash", "/tmp/x.jsonl", "--reject-limit", "1"));
        Assert.Equal("/tmp/x.jsonl", _cli.Engine.Given.Mapping.Stash);
    }

    [Theory]
    [InlineData("--column-conversions", "shop.t.id=uuid", "must be one of uuid-v5, unix-seconds, unix-milliseconds, julian-day")]
    [InlineData("--column-conversions", "t.id=uuid-v5", "must be file.table.column=conversion, each once")]
    [InlineData("--column-checks", "shop.t.n=least:5", "must be required, min:VALUE or max:VALUE, each once, with blanks between (was: least:5)")]
    [InlineData("--column-checks", "shop.t.n=min:5 min:6", "(was: min:6)")]
    [InlineData("--column-checks", "shop.t.n=min:", "(was: min:)")]
    [InlineData("--uuid-namespace", "dns", "must be a UUID such as")]
    [InlineData("--reject-limit", "-1", "must be a whole number from 0 to 1000000")]
    public async Task What_cannot_be_meant_is_refused(string flag, string value, string says)
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", flag, value));
        Assert.Contains(says, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Null(_cli.Engine.Given);
    }

    [Theory]
    [InlineData("postgresql://a@h/d", "--backup", "/tmp/copies")]
    [InlineData("postgresql://a@h/d", "--backup", "none")]
    [InlineData("mysql://a@h/d", "--stash", "/tmp/x")]
    [InlineData("mysql://a@h/d", "--column-conversions", "a.b.c=uuid-v5")]
    [InlineData("mysql://a@h/d", "--column-checks", "a.b.c=required")]
    [InlineData("postgresql://a@h/d", "--reject-limit", "5")]
    [InlineData("postgresql://a@h/d", "--uuid-namespace", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")]
    public async Task Option_for_sqlite_files_is_refused_with_another_source(string source, string flag, string value)
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", "--source-db", source, flag, value));
        Assert.Contains($"{flag}: is only for SQLite files", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Null(_cli.Engine.Given);
    }
}
