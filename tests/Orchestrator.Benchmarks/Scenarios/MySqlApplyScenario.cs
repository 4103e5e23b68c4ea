using System.Diagnostics;
using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>
/// A backlog of transactions as pgbench makes them (three updates, one insert), waiting in MariaDB's binary log. The clock runs
/// from the moment the server is seen to send its log until the backlog's last row is visible.
/// </summary>
internal static class MySqlApplyScenario
{
    private const int Clients = 4;
    private const int RowChangesPerTransaction = 4;
    private static readonly int Transactions = int.TryParse(Environment.GetEnvironmentVariable("BENCH_TRANSACTIONS"), out var count) ? count : 100_000;

    private const string Tables = """
        CREATE TABLE accounts(aid int PRIMARY KEY, bid int, abalance int, filler char(84)) ;
        CREATE TABLE tellers(tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
        CREATE TABLE branches(bid int PRIMARY KEY, bbalance int, filler char(88));
        CREATE TABLE history(hid bigint AUTO_INCREMENT PRIMARY KEY, tid int, bid int, aid int, delta int, mtime timestamp NULL, filler char(22));
        CREATE TABLE marker(id int PRIMARY KEY);
        INSERT INTO accounts SELECT seq, (seq - 1) DIV 100000 + 1, 0, '' FROM seq_1_to_1000000;
        INSERT INTO tellers SELECT seq, (seq - 1) DIV 10 + 1, 0, '' FROM seq_1_to_100;
        INSERT INTO branches SELECT seq, 0, '' FROM seq_1_to_10;
        DELIMITER $$
        CREATE PROCEDURE work(n int) BEGIN
            WHILE n > 0 DO
                SET @a = 1 + FLOOR(RAND() * 1000000), @t = 1 + FLOOR(RAND() * 100), @b = 1 + FLOOR(RAND() * 10), @d = FLOOR(RAND() * 10000) - 5000;
                START TRANSACTION;
                UPDATE accounts SET abalance = abalance + @d WHERE aid = @a;
                UPDATE tellers SET tbalance = tbalance + @d WHERE tid = @t;
                UPDATE branches SET bbalance = bbalance + @d WHERE bid = @b;
                INSERT INTO history(tid, bid, aid, delta, mtime) VALUES (@t, @b, @a, @d, NOW());
                COMMIT;
                SET n = n - 1;
            END WHILE;
        END $$
        DELIMITER ;
        """;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++) await RepeatAsync(context, samples);
        await BenchServers.DropAsync(context.Servers.Target, "backlog_mysql");
        return samples.Result("mysql-apply", new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 300));
    }

    private static async Task RepeatAsync(BenchContext context, Samples samples)
    {
        await using var server = await MySqlServer.StartAsync("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M");
        await server.RunAsync("", "CREATE DATABASE backlog CHARACTER SET utf8mb4");
        await server.RunAsync("backlog", Tables);
        var target = await context.FreshTargetAsync("backlog_mysql");
        var state = context.NewState();
        await using (var first = MeasuredRun.Start(MeasuredRun.Migrate(server.Url("backlog"), target, state, "--cutover", "manual", "--no-validate", "--schema-map", "backlog=public")))
        {
            await first.WaitForPhaseAsync("cdc");
            await first.InterruptAsync();
            await first.EndAsync(130);
        }

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => server.RunAsync("backlog", string.Create(CultureInfo.InvariantCulture, $"CALL work({Transactions / Clients})"))));
        await server.RunAsync("backlog", "INSERT INTO marker VALUES (1)");
        await context.Servers.SettleAsync();
        await using (var run = MeasuredRun.Start("resume", "--run", "bench", "--state", state, "--json"))
        {
            await using var probe = await Probe.OpenAsync(target);
            await Timed.UntilAsync(
                async () => (await server.RunAsync("", "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND = 'Binlog Dump'")).Trim() == "1",
                TimeSpan.FromMinutes(1), "the log being sent");
            var watch = Stopwatch.StartNew();
            await Timed.UntilAsync(() => probe.AskAsync<bool>("SELECT EXISTS (SELECT FROM marker)"), TimeSpan.FromMinutes(10), "the backlog's last row");
            var seconds = watch.Elapsed.TotalSeconds;
            samples.Add("orchestrator_apply", "s", seconds);
            samples.Add("orchestrator_rate", "row changes/s", Transactions * RowChangesPerTransaction / seconds);
            samples.Add("orchestrator_peak_rss", "MiB", run.PeakMib);
            await run.InterruptAsync();
            await run.EndAsync(130);
        }

        const string sums = "SELECT CONCAT_WS('|', (SELECT SUM(abalance * (aid % 1000)) FROM accounts), (SELECT SUM(tbalance * tid) FROM tellers), (SELECT SUM(bbalance * bid) FROM branches), (SELECT COUNT(*) FROM history), (SELECT SUM(delta * (hid % 1000)) FROM history))";
        var (there, here) = ((await server.RunAsync("backlog", sums)).Trim(), await target.QueryScalarAsync(sums));
        if (there != here) throw new InvalidOperationException($"the sides differ: {there} / {here}");
        await using var rollback = MeasuredRun.Start("rollback", "--run", "bench", "--state", state, "--json");
        await rollback.EndAsync();
    }
}
