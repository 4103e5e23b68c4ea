using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Options;

public sealed class TargetRolesTests : IDisposable
{
    private readonly CliRun _cli = new();

    public TargetRolesTests()
    {
        _cli.Environment["SOURCE_DB_URL"] = "postgresql://a:b@db/shop";
        _cli.Environment["TARGET_DB_URL"] = "postgresql://a:b@db2/shop";
    }

    [Fact]
    public async Task Either_or_both_are_given()
    {
        Assert.Equal(0, await _cli.RunAsync(["migrate", "--target-roles", "read_only=reader, admin=The Boss"]));
        Assert.Equal(new TargetRoles("reader", "The Boss"), _cli.Engine.Given!.TargetRoles);
    }

    [Theory]
    [InlineData("reader")]
    [InlineData("read_only=a,read_only=b")]
    [InlineData("writer=a")]
    [InlineData("admin=pg_monitor")]
    [InlineData("admin=public")]
    public async Task What_cannot_be_is_refused(string given)
    {
        Assert.Equal(2, await _cli.RunAsync(["migrate", "--target-roles", given]));
        Assert.Contains("--target-roles", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
