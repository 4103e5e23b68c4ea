using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>End-to-end lag at a steady rate, seen by an observer who writes a row on the source and looks for it on the target.</summary>
internal static class LagScenario
{
    private const int PerSecond = 500;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Observed = TimeSpan.FromSeconds(60);

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var source = await Pgbench.CreateAsync(context.Servers.Source, "steady", 10);
        var target = await BenchServers.FreshAsync(context.Servers.Target, "steady");
        var samples = new Samples();
        var state = context.NewState();
        await using (var run = MeasuredRun.Start(MeasuredRun.Migrate(source.Url, target, state, "--cutover", "manual", "--no-validate")))
        {
            await run.WaitForPhaseAsync("cdc");
            var load = Pgbench.SteadyAsync(source, PerSecond, WarmUp + Observed + TimeSpan.FromSeconds(5));
            await Task.Delay(WarmUp);
            var lags = await ObserveAsync(source, target);
            await load;
            samples.Add("lag_p50", "ms", Statistics.Percentile(lags, 0.5));
            samples.Add("lag_p99", "ms", Statistics.Percentile(lags, 0.99));
            samples.Add("lag_max", "ms", lags.Max());
            samples.Add("observed_rows", "rows", lags.Count);
            samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
            await run.InterruptAsync();
            await run.EndAsync(130);
        }
        await using (var rollback = MeasuredRun.Start("rollback", "--run", "bench", "--state", state, "--json"))
            await rollback.EndAsync();
        return samples.Result("lag",
            new Goal($"lag p99 ms at {PerSecond} transactions/s", samples.Median("lag_p99"), "<=", 500),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task<IReadOnlyList<double>> ObserveAsync(PgDatabase source, PgDatabase target)
    {
        var clock = Stopwatch.StartNew();
        var sent = new ConcurrentDictionary<long, TimeSpan>();
        var lags = new List<double>();
        var writing = Task.Run(() => WriteAsync(source, clock, sent));
        await using var probe = await Probe.OpenAsync(target);
        long next = 1;
        while (!writing.IsCompleted || next <= sent.Count)
        {
            var seen = await probe.AskAsync<long>("SELECT coalesce(max(id), 0) FROM bench_marker");
            var now = clock.Elapsed;
            for (; next <= seen && sent.TryGetValue(next, out var at); next++)
                lags.Add((now - at).TotalMilliseconds);
            if (now > Observed + TimeSpan.FromMinutes(2))
                throw new TimeoutException($"row {next} of the observer never arrived");
            await Task.Delay(2);
        }
        await writing;
        return lags;
    }

    /// <summary>The clock of a row starts when its commit is acknowledged.</summary>
    private static async Task WriteAsync(PgDatabase source, Stopwatch clock, ConcurrentDictionary<long, TimeSpan> sent)
    {
        await using var probe = await Probe.OpenAsync(source);
        for (long id = 1; clock.Elapsed < Observed; id++)
        {
            await probe.DoAsync($"INSERT INTO bench_marker VALUES ({id})");
            sent[id] = clock.Elapsed;
            await Task.Delay(37);
        }
    }
}
