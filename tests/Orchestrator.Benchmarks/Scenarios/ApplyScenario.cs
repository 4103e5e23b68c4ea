using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>
/// One backlog of pgbench transactions, kept by two slots, applied once by PostgreSQL's own subscription and once by the
/// orchestrator. For both the clock runs from the moment the slot (or our copy of it) is seen in use until the backlog's last row is visible.
/// </summary>
internal static class ApplyScenario
{
    private const int Clients = 8;
    private const int RowChangesPerTransaction = 4;
    private static readonly int Transactions =
        int.TryParse(Environment.GetEnvironmentVariable("BENCH_TRANSACTIONS"), out var count) ? count : 100_000;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
            await RepeatAsync(context, samples, nativeFirst: i % 2 == 0);
        return samples.Result("apply",
            new Goal("rate / CREATE SUBSCRIPTION", samples.Median("orchestrator_rate") / samples.Median("subscription_rate"), ">=", 2),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task RepeatAsync(BenchContext context, Samples samples, bool nativeFirst)
    {
        var servers = context.Servers;
        var source = await Pgbench.CreateAsync(servers.Source, "backlog", 10);
        var native = await BenchServers.FreshAsync(servers.Target, "backlog_native");
        var ours = await BenchServers.FreshAsync(servers.Target, "backlog_ours");
        var state = context.NewState();
        await using var subscription = await NativeSubscription.PrepareAsync(source, native);
        string[] migrate = MeasuredRun.Migrate(source.Url, ours, state, "--cutover", "manual", "--no-validate");
        await using (var first = MeasuredRun.Start(migrate))
        {
            await first.WaitForPhaseAsync("cdc");
            await first.InterruptAsync();
            await first.EndAsync(130);
        }
        var slot = await source.QueryScalarAsync(
            $"SELECT slot_name FROM pg_replication_slots WHERE database = 'backlog' AND slot_name <> '{NativeSubscription.Slot}'");
        await Pgbench.RunAsync(source, "-n", "-c", $"{Clients}", "-j", "2", "-t", $"{Transactions / Clients}");
        await source.ExecuteAsync("INSERT INTO bench_marker VALUES (1)");
        await servers.SettleAsync();
        Func<Task>[] sides =
        [
            () => MeasureAsync(source, native, NativeSubscription.Slot, "subscription", samples, subscription.EnableAsync),
            () => OursAsync(source, ours, slot!, state, samples),
        ];
        foreach (var side in nativeFirst ? sides : [.. sides.Reverse()])
            await side();
        await using (var rollback = MeasuredRun.Start("rollback", "--run", "bench", "--state", state, "--json"))
            await rollback.EndAsync();
    }

    private static async Task OursAsync(PgDatabase source, PgDatabase target, string slot, string state, Samples samples)
    {
        MeasuredRun? run = null;
        try
        {
            await MeasureAsync(source, target, slot, "orchestrator", samples, () =>
            {
                run = MeasuredRun.Start("resume", "--run", "bench", "--state", state, "--json");
                return Task.CompletedTask;
            });
            samples.Add("orchestrator_peak_rss", "MiB", run!.PeakMib);
            await run.InterruptAsync();
            await run.EndAsync(130);
            await FullCompare.RequireEqualAsync(source.ConnectionString, target.ConnectionString, null, SequenceRule.Ignore);
        }
        finally
        {
            if (run is not null)
                await run.DisposeAsync();
        }
    }

    private static async Task MeasureAsync(
        PgDatabase source, PgDatabase target, string slot, string who, Samples samples, Func<Task> start)
    {
        await using var sourceProbe = await Probe.OpenAsync(source);
        await using var targetProbe = await Probe.OpenAsync(target);
        await start();
        await Timed.UntilAsync(
            () => sourceProbe.AskAsync<bool>(
                $"SELECT coalesce(bool_or(active), false) FROM pg_replication_slots WHERE starts_with(slot_name, '{slot}')"),
            TimeSpan.FromMinutes(1), $"{slot} in use");
        var watch = Stopwatch.StartNew();
        await Pgbench.ArrivedAsync(targetProbe, 1, TimeSpan.FromMinutes(10));
        var seconds = watch.Elapsed.TotalSeconds;
        samples.Add(who + "_apply", "s", seconds);
        samples.Add(who + "_rate", "row changes/s", Transactions * RowChangesPerTransaction / seconds);
    }
}
