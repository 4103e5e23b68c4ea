using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Proof of equality of the wide table against one md5 aggregate on both servers at the same time.</summary>
internal static class ValidateScenario
{
    private const string Md5 = "SELECT count(*), sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric) FROM wide t";

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var source = await WideTable.EnsureAsync(context.Servers);
        var target = await BenchServers.FreshAsync(context.Servers.Target, "proved");
        await LoadAsync(source, target);
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            await context.Servers.SettleAsync();
            samples.Add("md5_both_sides", "s", await Timed.WorkAsync(() =>
                Task.WhenAll(source.QueryScalarAsync(Md5), target.QueryScalarAsync(Md5))));
            await using var run = MeasuredRun.Start(
                "validate", "--source-db", source.Url, "--target-db", target.Url, "--state", context.NewState(), "--json");
            samples.Add("orchestrator_validate", "s", await run.EndAsync());
            samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
        }
        await BenchServers.DropAsync(context.Servers.Target, "proved");
        return samples.Result("validate",
            new Goal("validation / md5 aggregate", samples.Median("orchestrator_validate") / samples.Median("md5_both_sides"), "<=", 1.5),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task LoadAsync(PgDatabase source, PgDatabase target)
    {
        var bin = Path.GetDirectoryName(PgBinaries.Path("psql"));
        await Timed.ShellAsync($"{bin}/pg_dump \"$SRC\" | {bin}/psql -X -q -v ON_ERROR_STOP=1 \"$DST\"",
            new Dictionary<string, string> { ["SRC"] = source.Url, ["DST"] = target.Url });
        await target.ExecuteAsync("VACUUM (ANALYZE) wide");
    }
}
