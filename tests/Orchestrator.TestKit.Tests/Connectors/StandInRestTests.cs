using Confluent.Kafka;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>Connect's REST API, as a client sees it.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StandInRestTests
{
    private const string Table = "CREATE TABLE t(id int PRIMARY KEY, v text); CREATE TABLE other(id int PRIMARY KEY)";
    private const string Of = $"connectors/{StandInStage.Connector}";
    private const string Plugin = "connector-plugins/io.debezium.connector.postgresql.PostgresConnector/config/validate";

    [Fact]
    public async Task Connector_lives_from_put_to_delete()
    {
        await using var stage = await StandInStage.CreateAsync("rest", Table, "t");
        Assert.Equal("4.0.0", (string)(await stage.SendAsync("GET", "")).Body!["version"]!);
        Assert.Equal("source", (string)(await stage.SendAsync("GET", "connector-plugins")).Body![0]!["type"]!);
        Assert.Equal(404, (await stage.SendAsync("GET", $"{Of}/status")).Status);

        Assert.Equal(201, (await stage.SendAsync("PUT", $"{Of}/config", stage.Config())).Status);
        Assert.Equal(200, (await stage.SendAsync("PUT", $"{Of}/config", stage.Config(("topic.prefix", "q")))).Status);
        Assert.Equal("q", (string)(await stage.SendAsync("GET", $"{Of}/config")).Body!["topic.prefix"]!);
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (1, 'v')");
        Assert.Single(await stage.ReadAsync("q.public.t", 1));

        Assert.Equal(202, (await stage.SendAsync("PUT", $"{Of}/pause")).Status);
        Assert.Equal("PAUSED", (string)(await stage.SendAsync("GET", $"{Of}/status")).Body!["tasks"]![0]!["state"]!);
        await stage.Source.ExecuteAsync("INSERT INTO t VALUES (2, 'v')");
        Assert.Single(await stage.ReadAsync("q.public.t", 1));
        Assert.Equal(202, (await stage.SendAsync("PUT", $"{Of}/resume")).Status);
        Assert.Equal(2, (await stage.ReadAsync("q.public.t", 2)).DistinctBy(r => r.Key).Count());

        Assert.Equal(400, (await stage.SendAsync("DELETE", $"{Of}/offsets")).Status);
        Assert.Equal(204, (await stage.SendAsync("PUT", $"{Of}/stop")).Status);
        Assert.Empty((await stage.SendAsync("GET", $"{Of}/status")).Body!["tasks"]!.AsArray());
        var offset = (await stage.SendAsync("GET", $"{Of}/offsets")).Body!["offsets"]![0]!;
        Assert.Equal("q", (string)offset["partition"]!["server"]!);
        Assert.Equal(stage.Connect.ConfirmedLsn(StandInStage.Connector), (ulong)offset["offset"]!["lsn"]!);
        Assert.Equal(200, (await stage.SendAsync("DELETE", $"{Of}/offsets")).Status);
        Assert.Equal(204, (await stage.SendAsync("DELETE", Of)).Status);
        Assert.Equal(404, (await stage.SendAsync("DELETE", Of)).Status);
        Assert.Equal("f", await stage.Source.QueryScalarAsync($"SELECT active::text::bool FROM pg_replication_slots WHERE slot_name = '{stage.Slot}'"));
    }

    [Fact]
    public async Task Wrong_configuration_is_named_by_field_and_refused()
    {
        await using var stage = await StandInStage.CreateAsync("refused", Table, "t");

        var (_, wrong) = await stage.SendAsync("PUT", Plugin, stage.Config(("database.password", "wrong")));
        Assert.Equal(1, (int)wrong!["error_count"]!);
        var field = wrong["configs"]!.AsArray().Single(c => c!["value"]!["errors"]!.AsArray().Count > 0)!["value"]!;
        Assert.Equal("database.hostname", (string)field["name"]!);
        Assert.Contains("password authentication failed", (string)field["errors"]![0]!, StringComparison.Ordinal);
        Assert.Equal(0, (int)(await stage.SendAsync("PUT", Plugin, stage.Config())).Body!["error_count"]!);

        var (status, body) = await stage.SendAsync("PUT", $"{Of}/config", stage.Config(("snapshot.mode", "sometimes"), ("topic.prefix", "")));
        Assert.Equal(400, status);
        Assert.StartsWith("Connector configuration is invalid and contains the following 2 error(s):", (string)body!["message"]!, StringComparison.Ordinal);
        Assert.Empty(stage.Connect.Connectors);
    }

    [Theory]
    [InlineData("slot.name", "nowhere", "Replication slot \"nowhere\" does not exist")]
    [InlineData("publication.name", "nothing", "Publication autocreation is disabled")]
    public async Task Task_fails_without(string setting, string value, string because)
    {
        await using var stage = await StandInStage.CreateAsync("failing", Table, "t");
        await stage.CreateConnectorAsync((setting, value));

        Assert.Contains(because, await stage.FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_requests_change_nothing()
    {
        await using var stage = await StandInStage.CreateAsync("busy", Table, "t");
        stage.Connect.Faults.RefuseNext(2);

        Assert.Equal(409, (await stage.SendAsync("PUT", $"{Of}/config", stage.Config())).Status);
        Assert.Equal(409, (int)(await stage.SendAsync("GET", "connectors")).Body!["error_code"]!);
        Assert.Empty((await stage.SendAsync("GET", "connectors")).Body!.AsArray());
        Assert.Equal(["PUT /connectors/moved/config", "GET /connectors", "GET /connectors"], stage.Connect.Requests);
    }

    [Fact]
    public async Task Settings_of_topics_tables_messages_and_tombstones_are_kept_to()
    {
        await using var stage = await StandInStage.CreateAsync("settings", Table, "t, other");
        await stage.CreateConnectorAsync(
            ("table.include.list", @"public\.t"), ("message.prefix.include.list", "ours"), ("tombstones.on.delete", "false"), ("heartbeat.interval.ms", "1000"),
            ("heartbeat.action.query", "SELECT pg_logical_emit_message(true, 'theirs', '')"),
            ("topic.creation.default.partitions", "3"), ("topic.creation.groups", "single"), ("topic.creation.single.include", @"p\.transaction,p\.message,__debezium-heartbeat\.p"), ("topic.creation.single.partitions", "1"));

        await stage.Source.ExecuteAsync("INSERT INTO other VALUES (1); INSERT INTO t SELECT g, 'v' FROM generate_series(1, 30) g; DELETE FROM t WHERE id = 30; SELECT pg_logical_emit_message(true, 'ours', 'm')");

        var places = new List<(string Key, int Partition)>();
        for (var partition = 0; partition < 3; partition++) places.AddRange((await stage.ReadAsync("p.public.t", 5, partition)).Select(r => (r.Key!, partition)));
        Assert.Equal(31, places.Count);
        Assert.Equal(await JavasPlacesAsync(stage, places.Select(p => p.Key)), places);
        Assert.Single(await stage.ReadAsync("p.message", 1));
        Assert.NotEmpty(await stage.ReadAsync("__debezium-heartbeat.p", 1));
        var ends = (await stage.ReadAsync("p.transaction", 6)).Where(r => (string)r.Json!["status"]! == "END").Select(r => (int)r.Json!["event_count"]!).ToList();
        // 30 inserts, a delete, a message; a heartbeat's own transaction has no event that is let through.
        Assert.Contains(32, ends);
        Assert.Contains(0, ends);
    }

    /// <summary>Where librdkafka's imitation of the Java producer puts the same keys.</summary>
    private static async Task<IReadOnlyList<(string Key, int Partition)>> JavasPlacesAsync(StandInStage stage, IEnumerable<string> keys)
    {
        stage.Broker.CreateTopic("java", 3);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = stage.Broker.BootstrapServers, Partitioner = Partitioner.Murmur2Random }).SetLogHandler(static (_, _) => { }).Build();
        var places = new List<(string, int)>();
        foreach (var key in keys) places.Add((key, (await producer.ProduceAsync("java", new Message<string, string> { Key = key, Value = "" })).Partition.Value));
        return places;
    }
}
