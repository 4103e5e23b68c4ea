using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Full load of the wide table against a plain pipe and against pgcopydb.</summary>
internal static class CopyScenario
{
    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var servers = context.Servers;
        var source = await WideTable.EnsureAsync(servers);
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            samples.Add("pipe_copy", "s", await PipeAsync(servers, source));
            samples.Add("pgcopydb_clone", "s", await CloneAsync(context, source));
            await OrchestratorAsync(context, source, samples);
        }
        await BenchServers.DropAsync(servers.Target, "copied");
        return samples.Result("copy",
            new Goal("copy phase / pipe", samples.Median("orchestrator_copy_phase") / samples.Median("pipe_copy"), "<=", 1.10),
            new Goal("whole migration / pgcopydb clone", samples.Median("orchestrator_whole") / samples.Median("pgcopydb_clone"), "<=", 0.70),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task<double> PipeAsync(BenchServers servers, PgDatabase source)
    {
        var target = await BenchServers.FreshAsync(servers.Target, "copied");
        await target.ExecuteAsync($"CREATE TABLE wide({WideTable.Columns})");
        await servers.SettleAsync();
        var psql = PgBinaries.Path("psql");
        return await Timed.ShellAsync(
            $"{psql} -X -q \"$SRC\" -c 'COPY wide TO STDOUT (FORMAT binary)' | {psql} -X -q \"$DST\" -c 'COPY wide FROM STDIN (FORMAT binary)'",
            new Dictionary<string, string> { ["SRC"] = source.Url, ["DST"] = target.Url });
    }

    private static async Task<double> CloneAsync(BenchContext context, PgDatabase source)
    {
        var target = await BenchServers.FreshAsync(context.Servers.Target, "copied");
        await context.Servers.SettleAsync();
        var directory = Path.Combine(context.Scratch, "pgcopydb");
        var seconds = await Timed.ShellAsync("pgcopydb clone --source \"$SRC\" --target \"$DST\" --dir \"$DIR\"",
            new Dictionary<string, string>
            {
                ["SRC"] = source.Url,
                ["DST"] = target.Url,
                ["DIR"] = directory,
                ["PATH"] = Path.GetDirectoryName(PgBinaries.Path("psql")) + ":" + Environment.GetEnvironmentVariable("PATH"),
            });
        Directory.Delete(directory, recursive: true);
        return seconds;
    }

    private static async Task OrchestratorAsync(BenchContext context, PgDatabase source, Samples samples)
    {
        var target = await BenchServers.FreshAsync(context.Servers.Target, "copied");
        await context.Servers.SettleAsync();
        await using var run = MeasuredRun.Start(
            MeasuredRun.Migrate(source.Url, target, context.NewState(), "--strategy", "parallel-batch", "--cutover", "auto", "--no-validate"));
        samples.Add("orchestrator_whole", "s", await run.EndAsync());
        samples.Add("orchestrator_copy_phase", "s", (run.Reported("copy_ms") / 1000) ?? run.PhaseSeconds("full-load"));
        samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
    }
}
