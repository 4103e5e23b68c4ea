using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Tests.BadInput;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>What of the containers' demonstration can be tried without containers: its files are there, its shop loads and moves.</summary>
[Trait("Needs", "MySql")]
public sealed partial class ComposeDemoTests
{
    private static string Compose => Path.Combine(RepositoryRoot.Path, "docker-compose.mysql-demo.yml");

    [Fact]
    public async Task Files_it_mounts_and_builds_from_are_there()
    {
        var paths = Mounted().Matches(await File.ReadAllTextAsync(Compose)).Select(m => m.Groups["path"].Value).ToList();
        Assert.Equal(3, paths.Count);
        Assert.All(paths, p => Assert.True(Path.Exists(Path.Combine(RepositoryRoot.Path, p)), p));
    }

    [Fact]
    public async Task Its_shop_moves_with_its_account()
    {
        await using var server = await MySqlServer.StartAsync();
        await using var pair = await MySqlPair.CreateOnAsync(server, "compose");
        await server.RunAsync("", await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "compose", "mysql-demo", "init", "shop.sql")));
        using var refusal = new Refusal();
        var result = await refusal.RunAsync(server.Url("shop", "mover", "demo-only"), pair.TargetUrl, "migrate", "--cutover", "auto", "--schema-map", "shop=public");
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        foreach (var (table, sums) in (IEnumerable<(string, string)>)[("customer", "CONCAT_WS(' ', COUNT(*), SUM(id), SUM(vip), SUM(CHAR_LENGTH(mail)))"), ("purchase", "CONCAT_WS(' ', COUNT(*), SUM(id * 3 + customer_id), SUM(amount))")])
        {
            var sql = $"SELECT {sums} FROM {table}";
            Assert.Equal((await server.RunAsync("shop", sql)).Trim(), (await pair.Target.QueryScalarAsync(sql.Replace("SUM(vip)", "SUM(vip::int)", StringComparison.Ordinal)))!);
        }
    }

    [GeneratedRegex(@"(- \./|dockerfile: )(?<path>[^:\s]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Mounted();
}
