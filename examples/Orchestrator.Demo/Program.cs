using System.Diagnostics;
using System.Globalization;
using Orchestrator.Demo;
using Orchestrator.TestKit;

var watch = Stopwatch.StartNew();
void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{watch.Elapsed.TotalSeconds,5:F1} s] {text}"));

var workspace = Directory.CreateTempSubdirectory("orchestrator-demo-");
try
{
    Say("starting two PostgreSQL servers and loading a shop into the old one");
    await using var servers = await Servers.StartAsync();
    Say($"old server: port {servers.Source.Cluster.Port}, {await servers.Source.QueryScalarAsync("SELECT pg_size_pretty(pg_database_size(current_database()))")}; "
        + $"new server: port {servers.Target.Cluster.Port}, empty");

    await using var application = await LiveWriter.StartAsync(servers.ForApplication(servers.Source), new LiveWriterOptions
    {
        Tables = ["shop.customer", "shop.product", "shop.purchase", "shop.purchase_line", "shop.article", "shop.measurement"],
        Connections = 4,
        TransactionsPerSecond = 300,
        Mix = (0.35, 0.6, 0.05),
        Ledger = true,
    });
    await using var route = new Route(workspace.FullName, application, servers);
    await application.WaitForCommitsAsync(300, TimeSpan.FromSeconds(30));
    Say("the application writes about 300 transactions per second; now the one command:");
    Console.WriteLine("        SOURCE_DB_URL=... TARGET_DB_URL=... orchestrator migrate --cutover auto --on-switch '...' --run demo");
    application.ResetGap();

    var exitCode = await Migration.RunAsync(servers, route, Path.Combine(workspace.FullName, "state"));
    Say(string.Create(CultureInfo.InvariantCulture, $"orchestrator ended with exit code {exitCode}"));
    if (exitCode != 0)
        return exitCode;
    await application.WaitForCommitsAsync(600, TimeSpan.FromSeconds(30));
    await application.StopAsync();
    Say("the application has gone on on the new server");

    var equal = await DemoReport.PrintAsync(servers, route, application);
    Say(equal ? "nothing lost, doubled or altered; cleaning up" : "NOT EQUAL, see above");
    return equal ? 0 : 3;
}
finally
{
    workspace.Delete(recursive: true);
}
