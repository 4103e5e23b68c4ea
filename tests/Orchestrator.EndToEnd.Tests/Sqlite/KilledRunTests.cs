using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>The command line moves a file with keys that become UUIDs and rows that are left out, is killed, and goes on.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class KilledRunTests
{
    private const string Shop = """
        CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, age INTEGER); INSERT INTO customer VALUES (1, 'Ada', 36), (2, NULL, 40), (3, 'Cy', 151);
        CREATE TABLE purchase(id INTEGER PRIMARY KEY, customer INT REFERENCES customer, made INTEGER); INSERT INTO purchase VALUES (1, 1, 1700000000), (2, 3, 1700000001), (3, 1, NULL);
        """;

    [Theory]
    [InlineData("schema:after-pre-data")]
    [InlineData("load:chunk-committed#2")]
    [InlineData("load:table-complete#2")]
    [InlineData("transition:fullload-validation")]
    public async Task X1_to_X5_killed_run_goes_on_and_writes_no_reject_twice(string point)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_killed", Shop);
        var state = Path.Combine(scene.Folder, "state");
        string[] migrate =
        [
            "migrate", "--strategy", "parallel-batch", "--state", state, "--run", "kill", "--column-conversions", "shop.customer.id=uuid-v5,shop.purchase.made=unix-seconds",
            "--column-checks", "shop.customer.name=required,shop.customer.age=min:0 max:150", "--reject-limit", "5",
        ];

        var killed = await RunAsync(scene, point, migrate);
        Assert.True(killed.ExitCode == 137, $"ended with {killed.ExitCode} instead of being killed\n{killed.Error}\n{killed.Output}");
        var ended = await RunAsync(scene, null, "resume", "--state", state, "--run", "kill");

        Assert.True(ended.ExitCode == 0, $"{ended.Error}\n{ended.Output}");
        Assert.Equal(["customer", "customer", "purchase"], (await File.ReadAllLinesAsync(Path.Combine(state, "kill.rejects.jsonl"))).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("table").GetString()![5..]));
        Assert.Contains("reject 3 rows left out, in ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("public.customer  2 rows rejected", ended.Output, StringComparison.Ordinal);
        Assert.Contains("3 rejected rows of the source left out", ended.Output, StringComparison.Ordinal);
        await scene.Target.ExecuteAsync("CREATE EXTENSION \"uuid-ossp\"");
        Assert.Equal("t", await scene.Target.QueryScalarAsync("SELECT (SELECT id FROM customer) = uuid_generate_v5('14288121-902b-4b39-b471-4f27c74ae6e5', 'public.customer:id:1') AND (SELECT array_agg(id) = '{1,3}' AND min(made) = to_timestamp(1700000000) AND count(DISTINCT customer) = 1 FROM (SELECT * FROM purchase ORDER BY id) p)"));
        var report = await RunAsync(scene, null, "report", "--state", state, "--run", "kill", "--json");
        var rejected = JsonDocument.Parse(report.Output).RootElement.GetProperty("result").GetProperty("report").GetProperty("rejected");
        Assert.Equal((3, "customer"), (rejected.GetProperty("rows").GetInt64(), rejected.GetProperty("tables")[0].GetProperty("table").GetProperty("name").GetString()));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(SqliteScene scene, string? crashAt, params string[] arguments)
    {
        await using var process = OrchestratorProcess.Start(arguments, new Dictionary<string, string?> { ["SOURCE_DB_URL"] = scene.Urls, ["TARGET_DB_URL"] = scene.Target.Url, ["ORCHESTRATOR_CRASH_AT"] = crashAt });
        var exit = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return (exit, process.Output, process.Error);
    }
}
