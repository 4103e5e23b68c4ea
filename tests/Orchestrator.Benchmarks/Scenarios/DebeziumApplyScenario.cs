using System.Diagnostics;
using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>
/// A backlog of updates to pgbench's tables that a connector (ours, which stands in for Debezium's) has written to a broker (librdkafka's mock,
/// over TCP). The broker keeps about 5 MB of a partition, so there are many partitions, and transactions larger than pgbench's. The
/// clock runs from the moment the first of them are seen on the target, which do not count, until the backlog's last row is visible.
/// </summary>
internal static class DebeziumApplyScenario
{
    private const int HistoryRowsPerTransaction = 4;
    private const int Partitions = 64;

    /// <summary>Events per second and task, as Debezium's project published for its JDBC sink.</summary>
    private const double PublishedSink = 2_300;

    private static readonly int Transactions = int.TryParse(Environment.GetEnvironmentVariable("BENCH_TRANSACTIONS"), out var count) ? count : 6_000;

    private const string Work = """
        CREATE PROCEDURE work(n int) LANGUAGE plpgsql AS $$
        BEGIN
            FOR i IN 1..n LOOP
                UPDATE pgbench_accounts SET abalance = abalance + i WHERE aid IN (SELECT 1 + (random() * 999999)::int FROM generate_series(1, 45));
                UPDATE pgbench_tellers SET tbalance = tbalance + i WHERE tid = 1 + i % 100;
                INSERT INTO pgbench_history(tid, bid, aid, delta, mtime) SELECT 1, 1, g, i, now() FROM generate_series(1, 4) g;
                COMMIT;
            END LOOP;
        END $$;
        """;

    public static async Task<ScenarioResult> RunAsync(BenchContext context)
    {
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++) await RepeatAsync(context, samples, "orchestrator", processes: 0);
        var rate = samples.Median("orchestrator_rate");
        return samples.Result("debezium-apply",
            new Goal("events per second", rate, ">=", 50_000),
            new Goal("rate / published rate of Debezium's JDBC sink", rate / PublishedSink, ">=", 10),
            new Goal("peak RSS MiB", samples.Max("orchestrator_peak_rss"), "<=", 500));
    }

    /// <summary>The same backlog in parts that one, two and three processes share.</summary>
    public static async Task<ScenarioResult> RunSharedAsync(BenchContext context)
    {
        var samples = new Samples();
        for (var i = 0; i < context.Repetitions; i++)
        {
            for (var processes = 1; processes <= 3; processes++) await RepeatAsync(context, samples, $"processes_{processes}", processes);
        }

        // Two processors, which both servers and the broker use too, set no goal: it is several machines that this is for.
        return samples.Result("debezium-workers");
    }

    /// <param name="context">The servers.</param>
    /// <param name="samples">Takes the figures.</param>
    /// <param name="name">Begins their names.</param>
    /// <param name="processes">How many share the rows; 0: they are not divided.</param>
    private static async Task RepeatAsync(BenchContext context, Samples samples, string name, int processes)
    {
        var source = await Pgbench.CreateAsync(context.Servers.Source, "backlog_kafka", 10);
        await source.PsqlAsync(Work);
        var target = await context.FreshTargetAsync("backlog_kafka");
        var state = context.NewState();
        using var broker = new MockBroker();
        await using var connect = new StandInConnect(new StandInOptions { BootstrapServers = broker.BootstrapServers, CreateTopic = broker.CreateTopic });
        string[] kafka =
        [
            "--change-source", "debezium", "--kafka-bootstrap-servers", broker.BootstrapServers, "--debezium-connect-url", connect.Url,
            "--topic-partitions", $"{Partitions}", "--apply-parts", $"{4 * processes}",
        ];
        await using (var first = MeasuredRun.Start(MeasuredRun.Migrate(source.Url, target, state, ["--cutover", "manual", "--no-validate", .. kafka])))
        {
            await first.WaitForPhaseAsync("cdc");
            await first.InterruptAsync();
            await first.EndAsync(130);
        }

        var events = await BacklogAsync(source, connect);
        await context.Servers.SettleAsync();
        await using (var run = MeasuredRun.Start("resume", "--run", "bench", "--state", state, "--json"))
        {
            await using var probe = await Probe.OpenAsync(target);
            var workers = Enumerable.Range(1, Math.Max(0, processes - 1)).Select(_ => MeasuredRun.Start("worker", "--run", "bench", "--state", state, "--json")).ToList();
            long seen = 0;
            await Timed.UntilAsync(async () => (seen = await probe.AskAsync<long>("SELECT count(*) FROM pgbench_history")) > 0, TimeSpan.FromMinutes(1), "the first rows");
            if (processes > 1) seen = await AllTakePartAsync(probe, processes);
            var watch = Stopwatch.StartNew();
            await Pgbench.ArrivedAsync(probe, 1, TimeSpan.FromMinutes(10));
            // A worker may be behind with the step that brought the last row.
            if (processes > 0) await Timed.UntilAsync(() => probe.AskAsync<bool>("SELECT NOT is_open FROM orchestrator.apply_step"), TimeSpan.FromMinutes(1), "the end of the last step");
            var seconds = watch.Elapsed.TotalSeconds;
            samples.Add($"{name}_apply", "s", seconds);
            samples.Add($"{name}_rate", "events/s", events * (1 - (seen / (HistoryRowsPerTransaction * (double)Transactions))) / seconds);
            samples.Add($"{name}_peak_rss", "MiB", run.PeakMib);
            foreach (var worker in workers) await StopAsync(worker);
            await run.InterruptAsync();
            await run.EndAsync(130);
        }

        await FullCompare.RequireEqualAsync(source.ConnectionString, target.ConnectionString, null, SequenceRule.Ignore);
        await using (var rollback = MeasuredRun.Start("rollback", "--run", "bench", "--state", state, "--json")) await rollback.EndAsync();
        await BenchServers.DropAsync(context.Servers.Target, "backlog_kafka");
        await BenchServers.DropAsync(context.Servers.Source, "backlog_kafka");
    }

    /// <summary>Makes the backlog and waits until it is in Kafka.</summary>
    /// <returns>Row changes in it.</returns>
    private static async Task<long> BacklogAsync(PgDatabase source, StandInConnect connect)
    {
        var before = await EventsAsync(source);
        await source.ExecuteAsync($"CALL work({Transactions})");
        await source.ExecuteAsync("INSERT INTO bench_marker VALUES (1)");
        var events = await EventsAsync(source) - before;
        var end = ulong.Parse((await source.QueryScalarAsync("SELECT (pg_current_wal_lsn() - '0/0')::text"))!, CultureInfo.InvariantCulture);
        // A confirmed position is that of a whole transaction, and the marker's is the last.
        await source.ExecuteAsync("SELECT pg_logical_emit_message(true, 'bench', '')");
        await Timed.UntilAsync(() => Task.FromResult(connect.ConfirmedLsn(connect.Connectors[0]) >= end), TimeSpan.FromMinutes(5), "the backlog in Kafka");
        return events;
    }

    /// <summary>Waits until each process has applied a part.</summary>
    /// <returns>Rows of the history that are there then.</returns>
    private static async Task<long> AllTakePartAsync(Probe probe, int processes)
    {
        await Timed.UntilAsync(
            () => probe.AskAsync<bool>($"SELECT count(DISTINCT p.token) = {processes} AND min(p.step) > min(s.number) - 1 FROM orchestrator.apply_part p, orchestrator.apply_step s"),
            TimeSpan.FromMinutes(1), "a part of each process");
        return await probe.AskAsync<long>("SELECT count(*) FROM pgbench_history");
    }

    private static async Task StopAsync(MeasuredRun worker)
    {
        await worker.InterruptAsync();
        await worker.EndAsync(130);
        await worker.DisposeAsync();
    }

    /// <summary>Row changes the server itself has counted.</summary>
    private static async Task<long> EventsAsync(PgDatabase source)
    {
        await source.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        return long.Parse((await source.QueryScalarAsync("SELECT (tup_inserted + tup_updated + tup_deleted)::text FROM pg_stat_database WHERE datname = current_database()"))!, CultureInfo.InvariantCulture);
    }
}
