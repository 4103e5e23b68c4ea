using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>What goes wrong on request, and what comes again afterwards.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StandInFaultTests
{
    private const string Table = "CREATE TABLE t(id int PRIMARY KEY, v text)";

    [Fact]
    public async Task C8_Crash_in_a_transaction_sends_all_of_it_again_after_a_restart()
    {
        await using var stage = await StandInStage.CreateAsync("crash", Table, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t SELECT g, 'first' FROM generate_series(1, 3) g");
        await stage.ReadAsync("p.public.t", 3);

        stage.Connect.Faults.CrashAfter(2);
        await stage.Source.ExecuteAsync("INSERT INTO t SELECT g, 'second' FROM generate_series(4, 8) g");
        var failure = await stage.FailureAsync();
        var (_, status) = await stage.SendAsync("GET", $"connectors/{StandInStage.Connector}/status");
        var half = await stage.ReadAsync("p.public.t", 5);
        var (restarted, _) = await stage.SendAsync("POST", $"connectors/{StandInStage.Connector}/restart?includeTasks=true&onlyFailed=true");
        var all = await stage.ReadAsync("p.public.t", 10);

        Assert.Equal("FAILED", (string)status!["tasks"]![0]!["state"]!);
        Assert.Equal("RUNNING", (string)status["connector"]!["state"]!);
        Assert.Equal(failure, (string)status["tasks"]![0]!["trace"]!);
        Assert.Equal([1, 2, 3, 4, 5], half.Select(Id));
        Assert.Equal(202, restarted);
        Assert.Equal([1, 2, 3, 4, 5, 4, 5, 6, 7, 8], all.Select(Id));
        Assert.Equal(all[3].Json!["source"]!["lsn"]!.ToString(), all[5].Json!["source"]!["lsn"]!.ToString());
        var boundaries = await stage.ReadAsync("p.transaction", 5);
        Assert.Equal(["BEGIN", "END", "BEGIN", "BEGIN", "END"], boundaries.Select(b => (string)b.Json!["status"]!));
        Assert.Equal(5, (int)boundaries[^1].Json!["event_count"]!);
    }

    [Fact]
    public async Task C8_Connect_that_was_down_misses_nothing()
    {
        await using var stage = await StandInStage.CreateAsync("down", Table, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1, 'before')");
        await stage.ReadAsync("p.public.t", 1);

        await stage.Connect.StopAsync();
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (2, 'while down')");
        await Assert.ThrowsAsync<HttpRequestException>(() => stage.SendAsync("GET", ""));
        Assert.Single(await stage.ReadAsync("p.public.t", 1));
        await stage.Connect.StartAsync();

        var records = await stage.ReadAsync("p.public.t", 2);
        Assert.Equal([1, 2], records.Select(Id).Distinct());
        Assert.Equal(2, Id(records[^1]));
        Assert.Equal([StandInStage.Connector], (await stage.SendAsync("GET", "connectors")).Body!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public async Task Record_is_doubled_or_lost_on_request()
    {
        await using var stage = await StandInStage.CreateAsync("lossy", Table, "t");
        stage.Connect.Faults.Duplicate(r => r.Topic == "p.public.t" && r.Key == """{"id":2}""");
        stage.Connect.Faults.LoseEvent(r => r.Topic == "p.public.t" && r.Key == """{"id":3}""");
        await stage.CreateConnectorAsync();

        await stage.Source.ExecuteAsync("INSERT INTO t SELECT g, 'v' FROM generate_series(1, 4) g");

        Assert.Equal([1, 2, 2, 4], (await stage.ReadAsync("p.public.t", 4)).Select(Id));
        // The lost one is counted: that is how it can be noticed.
        Assert.Equal(4, (int)(await stage.ReadAsync("p.transaction", 2))[1].Json!["event_count"]!);
    }

    [Fact]
    public async Task Slot_is_confirmed_only_when_Kafka_has_it()
    {
        await using var stage = await StandInStage.CreateAsync("confirmed", Table, "t");
        var before = await ConfirmedAsync(stage);
        await stage.CreateConnectorAsync();
        stage.Connect.Faults.CrashAfter(0);
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1, 'v')");
        await stage.FailureAsync();
        Assert.Equal(before, await ConfirmedAsync(stage));
        Assert.Null(stage.Connect.ConfirmedLsn(StandInStage.Connector));

        await stage.SendAsync("POST", $"connectors/{StandInStage.Connector}/restart?includeTasks=true");
        var end = ((string)(await stage.ReadAsync("p.transaction", 3))[^1].Json!["id"]!).Split(':')[1];

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await ConfirmedAsync(stage) != end) await Task.Delay(20, limit.Token);
        Assert.Equal(end, stage.Connect.ConfirmedLsn(StandInStage.Connector)?.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Unchanged_large_value_is_the_placeholder_and_whole_under_full_identity()
    {
        await using var stage = await StandInStage.CreateAsync("toast", """
            CREATE TABLE t(id int PRIMARY KEY, v int, big text, bytes bytea, words text[], numbers int[]);
            ALTER TABLE t ALTER big SET STORAGE EXTERNAL, ALTER bytes SET STORAGE EXTERNAL, ALTER words SET STORAGE EXTERNAL, ALTER numbers SET STORAGE EXTERNAL;
            INSERT INTO t VALUES (1, 1, repeat('b', 9000), decode(repeat('ab', 9000), 'hex'), array_fill('w'::text, ARRAY[3000]), array_fill(7, ARRAY[3000]));
            """, "t");
        await stage.CreateConnectorAsync();
        await stage.Source.ExecuteAsync("UPDATE t SET v = 2");
        await stage.Source.ExecuteAsync("ALTER TABLE t REPLICA IDENTITY FULL");
        await stage.Source.ExecuteAsync("UPDATE t SET v = 3");

        var records = await stage.ReadAsync("p.public.t", 2);

        const string Placeholder = "__debezium_unavailable_value";
        var after = records[0].Json!["after"]!;
        Assert.Equal(Placeholder, (string)after["big"]!);
        Assert.Equal(Placeholder, System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)after["bytes"]!)));
        Assert.Equal([Placeholder], after["words"]!.AsArray().Select(w => (string)w!));
        Assert.Equal(Placeholder.Select(c => (int)c), after["numbers"]!.AsArray().Select(n => (int)n!));
        Assert.Equal(new string('b', 9000), (string)records[1].Json!["after"]!["big"]!);
        Assert.Equal(2, (int)records[1].Json!["before"]!["v"]!);
    }

    private static int Id(ReadRecord record) => (int)JsonNode.Parse(record.Key!)!["id"]!;

    private static Task<string?> ConfirmedAsync(StandInStage stage) =>
        stage.Source.QueryScalarAsync($"SELECT (confirmed_flush_lsn - '0/0')::text FROM pg_replication_slots WHERE slot_name = '{stage.Slot}'");
}
