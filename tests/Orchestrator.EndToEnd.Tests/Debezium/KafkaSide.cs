using Confluent.Kafka;
using Orchestrator.ChangeSources.Debezium;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>What stands in for Kafka and Kafka Connect with Debezium.</summary>
internal sealed class KafkaSide : IAsyncDisposable
{
    public KafkaSide()
    {
        Connect = new StandInConnect(new StandInOptions { BootstrapServers = Broker.BootstrapServers, CreateTopic = Broker.CreateTopic, ConnectorDeleted = DeleteTopics });
    }

    public MockBroker Broker { get; } = new();

    public StandInConnect Connect { get; }

    /// <summary>The source with its changes coming this way.</summary>
    public ISourceEngine Relay(IRelayableSource source, Guid run, int partitions) =>
        new DebeziumSourceEngine(source, new DebeziumOptions { BootstrapServers = Broker.BootstrapServers, ConnectUrl = Connect.Url, Partitions = partitions }, run, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await Connect.DisposeAsync();
        Broker.Dispose();
    }

    /// <summary>With the connector, as the tool would: the mock broker does not know the request for it.</summary>
    private void DeleteTopics()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Broker.BootstrapServers }).Build();
        foreach (var topic in admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics) Broker.DeleteTopic(topic.Topic);
    }
}
