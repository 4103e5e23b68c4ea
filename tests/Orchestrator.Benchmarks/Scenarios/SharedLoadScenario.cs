using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The wide table's rows in 200 tables, copied by one process alone and with one and two workers beside it.</summary>
internal static class SharedLoadScenario
{
    private const int Tables = 200;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var source = await SourceAsync(context.Servers);
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            await RunAsync(context, source, samples, "alone", workers: 0, share: false);
            for (var workers = 0; workers <= 2; workers++) await RunAsync(context, source, samples, $"processes_{workers + 1}", workers, share: true);
        }

        await BenchServers.DropAsync(context.Servers.Source, "many");
        // Two processors, which both servers use too, set no goal: it is several machines that this is for.
        return samples.Result("shared-load");
    }

    private static async Task RunAsync(BenchContext context, PgDatabase source, Samples samples, string name, int workers, bool share)
    {
        var target = await context.FreshTargetAsync("many");
        var state = context.NewState();
        await using (var run = MeasuredRun.Start(MeasuredRun.Migrate(
            source.Url, target, state, ["--strategy", "parallel-batch", "--no-validate", "--parallel-workers", "1", .. share ? ["--share-load"] : Array.Empty<string>()])))
        {
            await run.WaitForPhaseAsync("full-load");
            var helping = Enumerable.Range(0, workers).Select(_ => MeasuredRun.Start("worker", "--run", "bench", "--state", state, "--json")).ToList();
            await run.EndAsync();
            foreach (var worker in helping)
            {
                await worker.EndAsync();
                await worker.DisposeAsync();
            }

            samples.Add($"{name}_copy", "s", (run.Reported("copy_ms") ?? throw new InvalidOperationException("no copy_ms in the report")) / 1000);
            samples.Add($"{name}_peak_rss", "MiB", run.PeakMib);
        }

        await FullCompare.RequireEqualAsync(source.ConnectionString, target.ConnectionString, null, SequenceRule.Ignore);
        await BenchServers.DropAsync(context.Servers.Target, "many");
    }

    private static async Task<PgDatabase> SourceAsync(BenchServers servers)
    {
        var source = await BenchServers.FreshAsync(servers.Source, "many");
        var each = WideTable.Rows / Tables;
        for (var i = 0; i < Tables; i++)
            await source.ExecuteAsync($"CREATE TABLE t{i}({WideTable.Columns}); INSERT INTO t{i} {WideTable.RowsSql(1 + (i * each), (i + 1) * each)}; ALTER TABLE t{i} ADD PRIMARY KEY (id)");
        await source.ExecuteAsync("VACUUM (ANALYZE)");
        return source;
    }
}
