using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>
/// Reads of a migration's state over HTTP at a fixed rate, while that migration copies and then follows a steady load. A request is
/// due at its time whether or not earlier ones were answered, and its clock starts when it is due: a service that falls behind is seen to.
/// </summary>
internal static class ApiLoadScenario
{
    private const int PerSecond = 500, WritesPerSecond = 100;
    private static readonly TimeSpan Observed = TimeSpan.FromSeconds(30);

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var source = await Pgbench.CreateAsync(context.Servers.Source, "served", 10);
        var target = await context.FreshTargetAsync("served");
        var samples = new Samples();
        var environment = new Dictionary<string, string?> { ["ORCHESTRATOR_TOKEN_KEY"] = "a key of the bench that is long enough to sign tokens" };
        await using (var service = OrchestratorProcess.Start(["serve", "--urls", "http://127.0.0.1:0", "--state", context.NewState(), "--allow-network", "127.0.0.0/8"], environment))
        {
            var line = await service.WaitForLineAsync("listening on http", TimeSpan.FromMinutes(1));
            using var http = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].TrimEnd('"')) };
            var path = await MigrationAsync(http, source, target);
            var load = Pgbench.SteadyAsync(source, WritesPerSecond, Observed + TimeSpan.FromSeconds(5));
            await PostAsync(http, path + "/start", new { });
            Report(samples, "loading", await AskAsync(http, path, TimeSpan.FromSeconds(5)));
            await Timed.UntilAsync(async () => (await GetAsync(http, path)).GetProperty("state").GetString() == "cdc", TimeSpan.FromMinutes(2), "following");
            Report(samples, "following", await AskAsync(http, path, Observed - TimeSpan.FromSeconds(10)));
            await load;
            await PostAsync(http, path + "/rollback", new { confirm = "served" });
            await Timed.UntilAsync(async () => (await GetAsync(http, path)).GetProperty("state").GetString() == "rolled-back", TimeSpan.FromMinutes(2), "the rollback");
        }

        await BenchServers.DropAsync(context.Servers.Target, "served");
        await BenchServers.DropAsync(context.Servers.Source, "served");
        return samples.Result("api-load",
            new Goal($"p99 ms of {PerSecond} reads/s while a migration follows changes", samples.Median("following_p99"), "<=", 50),
            new Goal($"p99 ms of {PerSecond} reads/s while a migration copies", samples.Median("loading_p99"), "<=", 50),
            new Goal("requests that were not answered with 200", samples.Median("following_failed") + samples.Median("loading_failed"), "<=", 0));
    }

    private static async Task<string> MigrationAsync(HttpClient http, PgDatabase source, PgDatabase target)
    {
        var account = await PostAsync(http, "/api/auth/signup", new { tenant = "bench", email = "bench@bench.example", name = "Bench", password = "five words nobody would guess" });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", account.GetProperty("token").GetString());
        var from = (await PostAsync(http, "/api/connections", new { name = "source", url = source.Url })).GetProperty("id").GetString();
        var to = (await PostAsync(http, "/api/connections", new { name = "target", url = target.Url })).GetProperty("id").GetString();
        var migration = await PostAsync(http, "/api/migrations", new { name = "served", source_id = from, target_id = to, settings = new { validate = false } });
        return $"/api/migrations/{migration.GetProperty("id").GetString()}";
    }

    /// <summary>Milliseconds from when each was due to its whole answer; negative: another answer than 200.</summary>
    private static async Task<double[]> AskAsync(HttpClient http, string path, TimeSpan during)
    {
        var clock = Stopwatch.StartNew();
        var asked = new List<Task<double>>();
        while (clock.Elapsed < during)
        {
            for (var due = clock.Elapsed.TotalSeconds * PerSecond; asked.Count < due;)
                asked.Add(OneAsync(http, path, clock, TimeSpan.FromSeconds(asked.Count / (double)PerSecond)));
            await Task.Delay(1);
        }

        return await Task.WhenAll(asked);
    }

    private static async Task<double> OneAsync(HttpClient http, string path, Stopwatch clock, TimeSpan due)
    {
        using var answer = await http.GetAsync(path);
        await answer.Content.ReadAsByteArrayAsync();
        var took = (clock.Elapsed - due).TotalMilliseconds;
        return answer.IsSuccessStatusCode ? took : -took;
    }

    private static void Report(Samples samples, string when, double[] answers)
    {
        samples.Add($"{when}_requests", "requests", answers.Length);
        samples.Add($"{when}_failed", "requests", answers.Count(a => a < 0));
        samples.Add($"{when}_p50", "ms", Statistics.Percentile(answers, 0.5));
        samples.Add($"{when}_p99", "ms", Statistics.Percentile(answers, 0.99));
        samples.Add($"{when}_max", "ms", answers.Max());
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => await http.GetFromJsonAsync<JsonElement>(path);

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
