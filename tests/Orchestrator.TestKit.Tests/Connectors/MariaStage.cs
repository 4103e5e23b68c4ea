using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>A MariaDB server, a mock broker and a stand-in for Connect between them, whose connector begins where the log stood.</summary>
internal sealed class MariaStage : IAsyncDisposable
{
    public const string Connector = "moved";

    private readonly MySqlServer _server;
    private readonly MockBroker _broker = new();
    private readonly StandInConnect _connect;
    private readonly HttpClient _client;

    private MariaStage(MySqlServer server)
    {
        _server = server;
        _connect = new StandInConnect(new StandInOptions { BootstrapServers = _broker.BootstrapServers, CreateTopic = _broker.CreateTopic });
        _client = new HttpClient { BaseAddress = new Uri(_connect.Url) };
    }

    public string? Failure => _connect.Failure(Connector);

    /// <param name="seed">Runs before the connector begins.</param>
    /// <param name="config">What the configuration has besides the address.</param>
    public static async Task<MariaStage> CreateAsync(string seed, params (string Key, string Value)[] config)
    {
        var stage = new MariaStage(await MySqlServer.StartAsync("--default-time-zone=+00:00"));
        await stage._server.RunAsync("mysql", seed);
        await stage.StartConnectorAsync(config);
        return stage;
    }

    /// <summary>Runs a line of statements and waits until the connector has passed it on.</summary>
    public async Task RunAsync(string database, string line)
    {
        await _server.RunAsync(database, line);
        var (file, position, _) = await EndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var offset = (await _client.GetFromJsonAsync<JsonObject>($"/connectors/{Connector}/offsets", patience.Token))!["offsets"]![0]!["offset"]!;
            if ((string)offset["file"]! == file && (long)offset["pos"]! >= position) return;
            if (Failure is { } failure) throw new InvalidOperationException(failure);
            await Task.Delay(20, patience.Token);
        }
    }

    public Task<IReadOnlyList<ReadRecord>> ReadAsync(string topic, int count) => TopicReader.ReadAsync(_broker.BootstrapServers, topic, 0, count);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _connect.DisposeAsync();
        _broker.Dispose();
        await _server.DisposeAsync();
    }

    private async Task StartConnectorAsync((string Key, string Value)[] more)
    {
        var config = new JsonObject
        {
            ["connector.class"] = "io.debezium.connector.mariadb.MariaDbConnector",
            ["database.hostname"] = "127.0.0.1",
            ["database.port"] = _server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["database.user"] = "admin",
            ["database.password"] = _server.Password,
            ["database.server.id"] = "77001",
            ["schema.history.internal.kafka.topic"] = "history",
            ["schema.history.internal.kafka.bootstrap.servers"] = _broker.BootstrapServers,
            ["snapshot.mode"] = "recovery",
            ["time.precision.mode"] = "adaptive_time_microseconds",
            ["include.schema.changes"] = "true",
            ["key.converter.schemas.enable"] = "false",
            ["value.converter.schemas.enable"] = "false",
        };
        foreach (var (key, value) in more) config[key] = value;
        var (file, position, gtids) = await EndAsync();
        await SendAsync(HttpMethod.Post, "/connectors", new JsonObject { ["name"] = Connector, ["config"] = config, ["initial_state"] = "STOPPED" });
        var offset = new JsonObject { ["file"] = file, ["pos"] = position, ["gtids"] = gtids };
        await SendAsync(HttpMethod.Patch, $"/connectors/{Connector}/offsets", new JsonObject
        {
            ["offsets"] = new JsonArray(new JsonObject { ["partition"] = new JsonObject { ["server"] = config["topic.prefix"]!.DeepClone() }, ["offset"] = offset }),
        });
        await SendAsync(HttpMethod.Put, $"/connectors/{Connector}/resume", null);
    }

    private async Task<(string File, long Position, string Gtids)> EndAsync()
    {
        var status = (await _server.RunAsync("", "SHOW MASTER STATUS")).Split('\t');
        return (status[0], long.Parse(status[1], System.Globalization.CultureInfo.InvariantCulture), (await _server.RunAsync("", "SELECT @@global.gtid_binlog_pos")).Trim());
    }

    private async Task SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
