using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The write pause of cutovers as an application sees it that is moved by the switch hook.</summary>
internal static class PauseScenario
{
    private const int Cutovers = 10;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var samples = new Samples();
        for (var i = 0; i < Cutovers; i++)
            await CutOverAsync(context, samples);
        return samples.Result("pause",
            new Goal($"write pause p95 ms over {Cutovers} cutovers", Statistics.Percentile(samples.Of("write_pause"), 0.95), "<=", 1000),
            new Goal("lost or resurrected transactions", samples.Of("ledger_violations").Sum(), "<=", 0));
    }

    private static async Task CutOverAsync(BenchContext context, Samples samples)
    {
        var source = await Pgbench.CreateAsync(context.Servers.Source, "switched", 10);
        var target = await BenchServers.FreshAsync(context.Servers.Target, "switched");
        await using var writer = await LiveWriter.StartAsync(source.ConnectionString, new LiveWriterOptions
        {
            Tables = ["public.pgbench_accounts", "public.pgbench_tellers", "public.pgbench_branches", "public.pgbench_history"],
            Connections = 4,
            TransactionsPerSecond = 500,
            Mix = (0.25, 0.75, 0),
            Ledger = true,
        });
        var state = context.NewState();
        var route = Directory.CreateDirectory(state + "-route").FullName;
        await using var hook = new SwitchFile(route, word =>
        {
            writer.PointTo((word == "target" ? target : source).ConnectionString);
            return Task.CompletedTask;
        });
        await writer.WaitForCommitsAsync(500, TimeSpan.FromMinutes(1));
        await using (var run = MeasuredRun.Start(MeasuredRun.Migrate(source.Url, target, state, "--cutover", "auto", "--on-switch", hook.SwitchCommand)))
        {
            // Not before: this writer's transactions deadlock among themselves now and then, which takes a second each time.
            await run.WaitForPhaseAsync("cutover");
            writer.ResetGap();
            await run.EndAsync();
            if (run.Reported("write_pause_ms") is { } reported)
                samples.Add("write_pause_reported", "ms", reported);
            foreach (var (step, took) in run.ReportedSteps())
                samples.Add($"step_{step.Replace('-', '_')}", "ms", took);
        }
        await writer.WaitForCommitsAsync(200, TimeSpan.FromMinutes(1));
        await writer.StopAsync();
        samples.Add("write_pause", "ms", writer.Report.LongestGap.TotalMilliseconds);
        samples.Add("errors_seen", "errors", writer.Report.Errors.Count);
        samples.Add("ledger_violations", "transactions", (await writer.Ledger.VerifyAsync(target.ConnectionString)).Count);
        await BenchServers.DropAsync(context.Servers.Source, "switched");
        await BenchServers.DropAsync(context.Servers.Target, "switched");
    }
}
