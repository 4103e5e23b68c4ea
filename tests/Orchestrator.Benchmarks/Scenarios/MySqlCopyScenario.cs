using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>A whole copy of one MariaDB table (structure, rows, primary key, index) by pgloader and by the orchestrator.</summary>
internal static class MySqlCopyScenario
{
    public static readonly int Rows = int.TryParse(Environment.GetEnvironmentVariable("BENCH_ROWS"), out var rows) ? rows : 2_000_000;

    /// <summary>Rows as <see cref="WideTable"/> has them, in words that MariaDB knows.</summary>
    private static string Fill => $"""
        CREATE TABLE wide(
            id bigint NOT NULL PRIMARY KEY, created_at timestamp NOT NULL, account int NOT NULL, active tinyint NOT NULL,
            amount decimal(12,2) NOT NULL, name varchar(200) NOT NULL, email varchar(200) NOT NULL, note text);
        INSERT INTO wide SELECT seq, TIMESTAMP '2024-01-01 06:00:00' + INTERVAL seq * 7 SECOND, seq * 7919 % 100000, seq % 3 > 0, (seq % 1000000) / 100.0,
            CONCAT('customer ', seq), CONCAT('user', seq, '@mail.customers.example.com'), MD5(seq) FROM seq_1_to_{Rows};
        CREATE INDEX wide_account ON wide(account);
        ANALYZE TABLE wide
        """;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        await using var server = await MySqlServer.StartAsync("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M");
        await server.RunAsync("", "CREATE DATABASE wide CHARACTER SET utf8mb4");
        Console.WriteLine($"  generating {Rows:N0} rows");
        await server.RunAsync("wide", Fill);
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            await PgloaderRun.MeasureAsync(context.Scratch, server.Url("wide"), await context.FreshTargetAsync("wide"), Rows, samples);
            await OursAsync(context, server, samples);
        }

        await BenchServers.DropAsync(context.Servers.Target, "wide");
        return samples.Result("mysql-copy",
            new Goal("rows per second of the copy / pgloader", samples.Median("pgloader_copy") / samples.Median("orchestrator_copy_phase"), ">=", 4),
            new Goal("rows per second of the whole migration / pgloader", samples.Median("pgloader") / samples.Median("orchestrator_whole"), ">=", 4),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task OursAsync(BenchContext context, MySqlServer server, Samples samples)
    {
        var target = await context.FreshTargetAsync("wide");
        await using var run = MeasuredRun.Start(MeasuredRun.Migrate(
            server.Url("wide"), target, context.NewState(), "--strategy", "parallel-batch", "--cutover", "auto", "--no-validate", "--schema-map", "wide=public"));
        samples.Add("orchestrator_whole", "s", await run.EndAsync());
        samples.Add("orchestrator_copy_phase", "s", run.Reported("copy_ms") / 1000 ?? run.PhaseSeconds("full-load"));
        samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
        await RequireEqualAsync(server, target);
    }

    /// <summary>Sums over every column, by each server's own means.</summary>
    private static async Task RequireEqualAsync(MySqlServer server, PgDatabase target)
    {
        var there = (await server.RunAsync("wide", "SET time_zone = '+00:00'; SELECT COUNT(*), SUM(id), SUM(UNIX_TIMESTAMP(created_at)), SUM(account), SUM(active), SUM(amount), SUM(CRC32(name)), SUM(LENGTH(email)), SUM(CAST(CONV(LEFT(note, 8), 16, 10) AS UNSIGNED)) FROM wide")).Trim().Split('\t');
        var here = (await target.QueryScalarAsync("SELECT concat_ws('|', count(*), sum(id), sum(extract(epoch FROM created_at)::bigint), sum(account), sum(active), sum(amount), '', sum(octet_length(email)), sum(('x' || left(note, 8))::bit(32)::bigint & 4294967295)) FROM wide"))!.Split('|');
        there[6] = "";
        here[2] = here[2].Split('.')[0];
        there[2] = there[2].Split('.')[0];
        there[8] = there[8].Split('.')[0];
        if (!there.SequenceEqual(here)) throw new InvalidOperationException($"the sides differ: {string.Join(' ', there)} / {string.Join(' ', here)}");
    }
}
