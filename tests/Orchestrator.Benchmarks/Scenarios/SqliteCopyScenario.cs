namespace Orchestrator.Benchmarks;

/// <summary>A whole copy of one SQLite table (structure, rows, primary key, index) by pgloader and by the orchestrator.</summary>
internal static class SqliteCopyScenario
{
    private static int Rows => MySqlCopyScenario.Rows;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var file = Path.Combine(context.Scratch, "wide.db");
        Console.WriteLine($"  generating {Rows:N0} rows");
        await Timed.ShellAsync(
            $"""
            sqlite3 {file} "
            CREATE TABLE wide(id INTEGER PRIMARY KEY, created_at TEXT NOT NULL, account INTEGER NOT NULL, active INTEGER NOT NULL,
                amount REAL NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, note TEXT);
            INSERT INTO wide SELECT value, datetime('2024-01-01', '+' || (value * 7) || ' seconds'), value * 7919 % 100000, value % 3 > 0, (value % 1000000) / 100.0,
                'customer ' || value, 'user' || value || '@mail.customers.example.com', lower(hex(value * 2654435761 % 4294967296)) FROM generate_series(1, {Rows});
            CREATE INDEX wide_account ON wide(account); ANALYZE;"
            """);
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            await PgloaderRun.MeasureAsync(context.Scratch, $"sqlite://{file}", await context.FreshTargetAsync("wide"), Rows, samples);
            var target = await context.FreshTargetAsync("wide");
            await using var run = MeasuredRun.Start(MeasuredRun.Migrate(
                $"sqlite://{file}", target, context.NewState(), "--strategy", "parallel-batch", "--cutover", "auto", "--no-validate"));
            samples.Add("orchestrator_whole", "s", await run.EndAsync());
            samples.Add("orchestrator_copy_phase", "s", run.Reported("copy_ms") / 1000 ?? run.PhaseSeconds("full-load"));
            samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
            var there = await SumsAsync($"sqlite3 -separator '|' {file}");
            var here = await SumsAsync($"psql -X -A -t {target.Url} -c");
            if (there != here) throw new InvalidOperationException($"the sides differ: {there} / {here}");
        }

        await BenchServers.DropAsync(context.Servers.Target, "wide");
        return samples.Result("sqlite-copy",
            new Goal("rows per second of the copy / pgloader", samples.Median("pgloader_copy") / samples.Median("orchestrator_copy_phase"), ">=", 4),
            new Goal("rows per second of the whole migration / pgloader", samples.Median("pgloader") / samples.Median("orchestrator_whole"), ">=", 4),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    /// <summary>Sums over every column, by each side's own program.</summary>
    private static async Task<string> SumsAsync(string client) => await Timed.OutputAsync(
        $"{client} \"SELECT count(*), sum(id), min(created_at), max(created_at), sum(account), sum(active), sum(CAST(round(CAST(amount AS numeric) * 100) AS bigint)), sum(length(name)), max(email), max(note), min(note) FROM wide\"");
}
