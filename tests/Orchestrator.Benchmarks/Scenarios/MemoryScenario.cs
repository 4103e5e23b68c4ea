using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Peak memory while one source transaction of 2 million rows is followed.</summary>
internal static class MemoryScenario
{
    private const int Rows = 2_000_000;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var source = await BenchServers.FreshAsync(context.Servers.Source, "huge");
        var target = await BenchServers.FreshAsync(context.Servers.Target, "huge");
        await source.ExecuteAsync($"CREATE TABLE wide({WideTable.Columns}, PRIMARY KEY (id)); {Pgbench.MarkerSql}");
        var samples = new Samples();
        var state = context.NewState();
        await using (var run = MeasuredRun.Start(MeasuredRun.Migrate(source.Url, target, state, "--cutover", "manual", "--no-validate")))
        {
            await run.WaitForPhaseAsync("cdc");
            samples.Add("peak_rss_before", "MiB", run.PeakMib);
            await source.ExecuteAsync($"INSERT INTO wide {WideTable.RowsSql(1, Rows)}");
            await source.ExecuteAsync("INSERT INTO bench_marker VALUES (1)");
            await using var probe = await Probe.OpenAsync(target);
            samples.Add("apply_after_commit", "s", await Timed.WorkAsync(() => Pgbench.ArrivedAsync(probe, 1, TimeSpan.FromMinutes(15))));
            samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
            await run.InterruptAsync();
            await run.EndAsync(130);
        }
        await FullCompare.RequireEqualAsync(source.ConnectionString, target.ConnectionString, null, SequenceRule.Ignore);
        await using (var rollback = MeasuredRun.Start("rollback", "--run", "bench", "--state", state, "--json"))
            await rollback.EndAsync();
        return samples.Result("memory",
            new Goal($"peak RSS MiB with one transaction of {Rows:N0} rows", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }
}
