namespace Orchestrator.Cli.Tests.Options;

public sealed class ShareLoadTests : IDisposable
{
    private readonly CliRun _cli = new();

    public ShareLoadTests() => _cli.Environment["TARGET_DB_URL"] = "postgresql://a:envpw@db2/shop";

    [Theory]
    [InlineData("postgresql://a:b@db/shop", true)]
    [InlineData("postgresql://a:b@db/shop", false)]
    public async Task Is_given_by_flag(string source, bool isGiven)
    {
        _cli.Environment["SOURCE_DB_URL"] = source;
        Assert.Equal(0, await _cli.RunAsync(["migrate", .. isGiven ? ["--share-load"] : Array.Empty<string>()]));
        Assert.Equal(isGiven, _cli.Engine.Given!.ShareLoad);
    }

    [Theory]
    [InlineData("mysql://a:b@db/shop")]
    [InlineData("sqlite:///srv/shop.db")]
    public async Task Is_refused_where_a_view_belongs_to_one_process(string source)
    {
        _cli.Environment["SOURCE_DB_URL"] = source;
        Assert.Equal(2, await _cli.RunAsync(["migrate", "--share-load"]));
        Assert.Contains("is only for PostgreSQL sources so far", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
