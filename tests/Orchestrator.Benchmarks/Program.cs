using System.Globalization;
using Orchestrator.Benchmarks;

Scenario[] all =
[
    new("copy", "full load of 4 million rows against a psql pipe and pgcopydb clone", CopyScenario.RunAsync),
    new("validate", "proof of equality against md5 aggregates on both sides", ValidateScenario.RunAsync),
    new("apply", "a backlog of pgbench transactions against CREATE SUBSCRIPTION", ApplyScenario.RunAsync),
    new("lag", "end-to-end lag at 500 transactions per second", LagScenario.RunAsync),
    new("pause", "write pause over 10 cutovers", PauseScenario.RunAsync),
    new("memory", "peak memory with one transaction of 2 million rows", MemoryScenario.RunAsync),
    new("mysql-copy", "a MariaDB table of 2 million rows against pgloader", MySqlCopyScenario.RunAsync),
    new("mysql-apply", "a backlog of transactions in MariaDB's binary log", MySqlApplyScenario.RunAsync),
    new("debezium-decode", "events of Debezium decoded by one thread", DebeziumDecodeScenario.RunAsync),
    new("debezium-apply", "a backlog in Kafka of Debezium's events applied by one process", DebeziumApplyScenario.RunAsync),
    new("debezium-workers", "the same backlog applied by one, two and three processes", DebeziumApplyScenario.RunSharedAsync),
    new("shared-load", "4 million rows in 200 tables copied by one, two and three processes", SharedLoadScenario.RunAsync),
    new("api-load", "500 reads per second of a migration's state while it copies and follows changes", ApiLoadScenario.RunAsync),
    new("sqlite-copy", "a SQLite table of 2 million rows against pgloader", SqliteCopyScenario.RunAsync),
];
if (args.Except(all.Select(s => s.Name)).Any())
{
    Console.Error.WriteLine("Scenarios:\n" + string.Join('\n', all.Select(s => $"  {s.Name,-15} {s.What}")));
    return 2;
}

var repetitions = int.TryParse(Environment.GetEnvironmentVariable("BENCH_REPETITIONS"), CultureInfo.InvariantCulture, out var given) ? given : 3;
var scratch = Directory.CreateTempSubdirectory("orchestrator-bench-");
var trial = new[] { "BENCH_ROWS", "BENCH_TRANSACTIONS" }.Any(n => Environment.GetEnvironmentVariable(n) is not null);
var failures = 0;
try
{
    var machine = await MachineFacts.ReadAsync();
    var commit = await MachineFacts.CommitAsync();
    Console.WriteLine($"{machine.Processor}, {machine.Cores} cores, {machine.MemoryGib} GiB, {machine.PostgreSql}, commit {commit}");
    await using var servers = await BenchServers.StartAsync();
    var context = new BenchContext(servers, repetitions, scratch.FullName);
    foreach (var scenario in all.Where(s => args.Length == 0 || args.Contains(s.Name)))
    {
        Console.WriteLine($"{scenario.Name}: {scenario.What}");
        try
        {
            var result = await scenario.RunAsync(context) with { At = TimeProvider.System.GetUtcNow(), Commit = commit };
            foreach (var goal in result.Goals)
                Console.WriteLine($"  {(goal.Met ? "meets " : "FALLS SHORT")} {goal.Name}: {goal.Value:0.00} (wanted {goal.Relation} {goal.Limit:0.##})");
            if (!trial)
                await Evidence.WriteAsync(machine, result);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or Npgsql.NpgsqlException)
        {
            failures++;
            Console.WriteLine($"  not measured: {e.Message}");
        }
    }
}
finally
{
    scratch.Delete(recursive: true);
}
return failures == 0 ? 0 : 1;
