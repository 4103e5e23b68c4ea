using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>A source database with slot and publication, a mock broker and a stand-in for Connect between them.</summary>
internal sealed class StandInStage : IAsyncDisposable
{
    public const string Connector = "moved";

    private readonly DatabasePair _pair;
    private readonly MockBroker _broker = new();
    private readonly HttpClient _client;

    private StandInStage(DatabasePair pair)
    {
        _pair = pair;
        Connect = new StandInConnect(new StandInOptions { BootstrapServers = _broker.BootstrapServers, CreateTopic = _broker.CreateTopic });
        _client = new HttpClient { BaseAddress = new Uri(Connect.Url) };
        Slot = "s_" + pair.Source.Name;
    }

    public StandInConnect Connect { get; }

    public PgDatabase Source => _pair.Source;

    public string Slot { get; }

    public MockBroker Broker => _broker;

    /// <param name="name">Beginning of the database's name.</param>
    /// <param name="sql">Tables and rows before the slot.</param>
    /// <param name="tables">Published tables.</param>
    public static async Task<StandInStage> CreateAsync(string name, string sql, string tables)
    {
        var stage = new StandInStage(await PgPair.CreateDatabasesAsync(name));
        await stage.Source.PsqlAsync(sql);
        await stage.Source.ExecuteAsync($"CREATE PUBLICATION moved FOR TABLE {tables}");
        await stage.Source.ExecuteAsync($"SELECT pg_create_logical_replication_slot('{stage.Slot}', 'pgoutput')");
        return stage;
    }

    /// <summary>The configuration the product generates, as far as it changes what is sent.</summary>
    public Dictionary<string, string> Config(params (string Key, string Value)[] changes)
    {
        var config = new Dictionary<string, string>
        {
            ["connector.class"] = "io.debezium.connector.postgresql.PostgresConnector",
            ["tasks.max"] = "1",
            ["database.hostname"] = "127.0.0.1",
            ["database.port"] = Source.Cluster.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["database.user"] = "postgres",
            ["database.password"] = Source.Cluster.Password,
            ["database.dbname"] = Source.Name,
            ["plugin.name"] = "pgoutput",
            ["slot.name"] = Slot,
            ["publication.name"] = "moved",
            ["topic.prefix"] = "p",
            ["snapshot.mode"] = "no_data",
            ["provide.transaction.metadata"] = "true",
            ["offset.mismatch.strategy"] = "trust_offset",
            ["key.converter"] = "org.apache.kafka.connect.json.JsonConverter",
            ["key.converter.schemas.enable"] = "false",
            ["value.converter"] = "org.apache.kafka.connect.json.JsonConverter",
            ["value.converter.schemas.enable"] = "false",
        };
        foreach (var (key, value) in changes) config[key] = value;
        return config;
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(string verb, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task CreateConnectorAsync(params (string Key, string Value)[] changes)
    {
        var (status, body) = await SendAsync("PUT", $"connectors/{Connector}/config", Config(changes));
        Assert.True(status == 201, body?.ToJsonString());
    }

    /// <summary>Records of a topic's partition; waits until there are so many, and a little longer for some too many.</summary>
    public Task<IReadOnlyList<ReadRecord>> ReadAsync(string topic, int count, int partition = 0) => TopicReader.ReadAsync(_broker.BootstrapServers, topic, partition, count);

    /// <summary>Waits until the task has failed.</summary>
    public async Task<string> FailureAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Connect.Failure(Connector) is null) await Task.Delay(20, limit.Token);
        return Connect.Failure(Connector)!;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Connect.DisposeAsync();
        _broker.Dispose();
        await _pair.DisposeAsync();
    }
}
