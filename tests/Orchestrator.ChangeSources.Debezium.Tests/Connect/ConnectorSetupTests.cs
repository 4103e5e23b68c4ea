using System.Text.Json.Nodes;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>Registering and removing, from every state a crash can leave behind.</summary>
public sealed class ConnectorSetupTests : IDisposable
{
    private static readonly string Name = ConnectBench.Names.Connector;
    private static readonly ConnectorConfig Config = ConnectorSettings.Of(ConnectBench.BinlogOptions(ConnectorKind.MariaDb));
    private static readonly string Seed = OffsetSeed.Of(ConnectBench.Names, BinlogPosition.Parse("mysql-bin.000007:5598;0-5598-25"));
    private const string Streaming = """{"offsets":[{"partition":{"server":"orchestrator-0123456789abcdef"},"offset":{"file":"mysql-bin.000009","pos":4,"transaction_id":null}}]}""";

    private readonly ConnectBench _bench = new(options: new ConnectOptions { StateTimeout = TimeSpan.FromSeconds(2) });
    private readonly ConnectorSetup _setup;

    public ConnectorSetupTests() => _setup = new ConnectorSetup(_bench.Client);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task PostgreSql_connector_is_checked_then_created()
    {
        await _setup.RegisterAsync(ConnectBench.PostgreSql(), null, default);
        Assert.Equal("RUNNING", _bench.Fake.Connectors[Name].State);
        Assert.Equal(
            ["GET /connector-plugins", "PUT /connector-plugins/io.debezium.connector.postgresql.PostgresConnector/config/validate", $"PUT /connectors/{Name}/config"],
            _bench.Fake.Calls);
    }

    [Fact]
    public async Task Class_that_is_not_installed_is_named_with_those_that_are()
    {
        _bench.Fake.Plugins.RemoveAll(p => p.Contains("postgresql", StringComparison.Ordinal));
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => _setup.RegisterAsync(ConnectBench.PostgreSql(), null, default));
        Assert.Equal(("E-DBZ-035", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains("has no connector io.debezium.connector.postgresql.PostgresConnector. It has: io.debezium.connector.mysql", e.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Fake.Connectors);
    }

    [Fact]
    public async Task Settings_Connect_has_something_against_are_quoted_field_by_field()
    {
        _bench.Fake.Faults["database.hostname"] = ["Error while validating connector config: The connection attempt failed."];
        _bench.Fake.Faults["producer.override.acks"] = ["The 'None' policy does not allow 'acks' to be overridden."];
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => _setup.RegisterAsync(ConnectBench.PostgreSql(), null, default));
        Assert.Equal(("E-DBZ-034", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains("database.hostname: Error while validating connector config: The connection attempt failed", e.Message, StringComparison.Ordinal);
        Assert.Contains("producer.override.acks: The 'None' policy", e.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Fake.Connectors);
    }

    [Fact]
    public async Task Seeded_connector_starts_after_its_offsets_are_set()
    {
        await _setup.RegisterAsync(Config, Seed, default);
        var connector = _bench.Fake.Connectors[Name];
        Assert.Equal("RUNNING", connector.State);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Seed), connector.Offsets));
        var calls = _bench.Fake.Calls.Where(c => !c.StartsWith("GET", StringComparison.Ordinal)).Skip(1).ToList();
        Assert.Equal(["POST /connectors", $"PUT /connectors/{Name}/stop", $"PATCH /connectors/{Name}/offsets", $"PUT /connectors/{Name}/resume"], calls);
    }

    [Fact]
    public async Task Registering_again_after_a_crash_before_the_seed_seeds()
    {
        _bench.Fake.Connectors[Name] = new FakeConnector([], "STOPPED");
        await _setup.RegisterAsync(Config, Seed, default);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Seed), _bench.Fake.Connectors[Name].Offsets));
        Assert.Equal("RUNNING", _bench.Fake.Connectors[Name].State);
    }

    [Fact]
    public async Task Registering_again_while_it_streams_keeps_its_offsets_and_its_lasting_mode()
    {
        var connector = _bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING") { Offsets = JsonNode.Parse(Streaming) };
        await _setup.RegisterAsync(Config, Seed, default);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Streaming), connector.Offsets));
        Assert.Equal("no_data", (string?)connector.Config["snapshot.mode"]);
        Assert.DoesNotContain(_bench.Fake.Calls, c => c.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("3.6.1")]
    [InlineData("2.8.0")]
    [InlineData("unknown")]
    public async Task Connect_that_cannot_create_stopped_connectors_is_refused(string version)
    {
        _bench.Fake.Version = version;
        var e = await Assert.ThrowsAsync<OrchestratorException>(() => _setup.RegisterAsync(Config, Seed, default));
        Assert.Equal(("E-DBZ-042", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains(version, e.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Fake.Connectors);
    }

    [Theory]
    [InlineData("3.7.0")]
    [InlineData("7.7.1-ccs")]
    public async Task Connect_new_enough_is_taken(string version)
    {
        _bench.Fake.Version = version;
        await _setup.CheckAsync(Config, seeded: true, default);
    }

    [Fact]
    public async Task Mode_settles_once_the_connector_streams()
    {
        await _setup.RegisterAsync(Config, Seed, default);
        Assert.False(await _setup.SettleAsync(Config, Seed, default));
        Assert.Equal("recovery", (string?)_bench.Fake.Connectors[Name].Config["snapshot.mode"]);
        _bench.Fake.Connectors[Name].Offsets = JsonNode.Parse(Streaming);
        Assert.True(await _setup.SettleAsync(Config, Seed, default));
        Assert.Equal("no_data", (string?)_bench.Fake.Connectors[Name].Config["snapshot.mode"]);
    }

    [Fact]
    public async Task Connector_whose_place_is_forgotten_is_not_made_again()
    {
        Assert.False(await _setup.ReviveAsync(Config, default));
        Assert.Empty(_bench.Fake.Connectors);
        Assert.DoesNotContain(_bench.Fake.Calls, c => c.EndsWith("/resume", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removing_stops_forgets_the_offsets_and_deletes_and_may_be_repeated()
    {
        _bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING") { Offsets = JsonNode.Parse(Streaming) };
        await _setup.RemoveAsync(Name, default);
        Assert.Empty(_bench.Fake.Connectors);
        Assert.Equal(
            [$"PUT /connectors/{Name}/stop", $"DELETE /connectors/{Name}/offsets", $"DELETE /connectors/{Name}"],
            _bench.Fake.Calls.Where(c => !c.StartsWith("GET", StringComparison.Ordinal)));
        await _setup.RemoveAsync(Name, default);
    }

    [Fact]
    public async Task Removing_a_connector_whose_task_does_not_end_deletes_it_all_the_same()
    {
        _bench.Fake.Connectors[Name] = new FakeConnector([], "RUNNING") { KeepsTask = true };
        await _setup.RemoveAsync(Name, default);
        Assert.Empty(_bench.Fake.Connectors);
    }

    [Fact]
    public async Task Removing_leaves_other_connectors_alone()
    {
        _bench.Fake.Connectors["orchestrator-ffffffffffffffff"] = new FakeConnector([], "RUNNING");
        await _setup.RemoveAsync(Name, default);
        Assert.Equal("RUNNING", Assert.Single(_bench.Fake.Connectors).Value.State);
    }
}
