using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>A live PostgreSQL database is moved to another PostgreSQL.</summary>
internal static class PostgreSqlDemo
{
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string workspace, Action<string> say)
    {
        say("starting two PostgreSQL servers and loading a shop into the old one");
        await using var servers = await Servers.StartAsync();
        say($"old server: port {servers.Source.Cluster.Port}, {await servers.Source.QueryScalarAsync("SELECT pg_size_pretty(pg_database_size(current_database()))")}; "
            + $"new server: port {servers.Target.Cluster.Port}, empty");

        await using var application = await LiveWriter.StartAsync(servers.ForApplication(servers.Source), new LiveWriterOptions
        {
            Tables = ["shop.customer", "shop.product", "shop.purchase", "shop.purchase_line", "shop.article", "shop.measurement"],
            Connections = 4,
            TransactionsPerSecond = 300,
            Mix = (0.35, 0.6, 0.05),
            Ledger = true,
        });
        await using var route = new Route(workspace, application, servers);
        await application.WaitForCommitsAsync(300, TimeSpan.FromSeconds(30));
        say("the application writes about 300 transactions per second; now the one command:");
        Console.WriteLine("        SOURCE_DB_URL=... TARGET_DB_URL=... orchestrator migrate --cutover auto --on-switch '...' --run demo");
        application.ResetGap();

        var exitCode = await Migration.RunAsync(servers.Source.Url, servers.Target.Url, route.SwitchCommand, route.UndoCommand, Path.Combine(workspace, "state"));
        say(string.Create(CultureInfo.InvariantCulture, $"orchestrator ended with exit code {exitCode}"));
        if (exitCode != 0)
            return exitCode;
        await application.WaitForCommitsAsync(600, TimeSpan.FromSeconds(30));
        await application.StopAsync();
        say("the application has gone on on the new server");

        var equal = await DemoReport.PrintAsync(servers, route, application);
        say(equal ? "nothing lost, doubled or altered; cleaning up" : "NOT EQUAL, see above");
        return equal ? 0 : 3;
    }
}
