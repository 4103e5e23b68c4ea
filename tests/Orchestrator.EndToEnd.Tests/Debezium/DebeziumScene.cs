using Orchestrator.Core.Runs;
using Orchestrator.EndToEnd.Tests.HardCases;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>A migration whose changes come by way of Kafka's protocol, from a connector that stands in for Debezium's.</summary>
internal sealed class DebeziumScene : IAsyncDisposable
{
    private readonly KafkaSide _kafka = new();

    private DebeziumScene(MigrationScene run) => Run = run;

    public MigrationScene Run { get; }

    public MockBroker Broker => _kafka.Broker;

    public StandInConnect Connect => _kafka.Connect;

    /// <summary>The run's connector; there is one.</summary>
    public string Connector => Assert.Single(Connect.Connectors);

    public static async Task<DebeziumScene> OpenAsync(string name, string load, int partitions = 1)
    {
        var scene = new DebeziumScene(await MigrationScene.OpenAsync(name, load));
        scene.Run.Options = o => o with { Debezium = new DebeziumOptions { BootstrapServers = scene.Broker.BootstrapServers, ConnectUrl = scene.Connect.Url, Partitions = partitions } };
        return scene;
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await _kafka.DisposeAsync();
    }
}
