using System.Diagnostics.CodeAnalysis;
using Orchestrator.Core.Reading;
using Orchestrator.EndToEnd.Tests.Debezium;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>What stands in for Kafka and Kafka Connect, for one class.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The test runner ends it by DisposeAsync.")]
public sealed class KafkaServers : IAsyncLifetime
{
    private readonly KafkaSide _kafka = new();

    public IReadOnlyList<string> Connectors => _kafka.Connect.Connectors;

    /// <summary>By topics of three partitions, so that the order of commits is not that of records.</summary>
    public ISourceEngine Relay(IRelayableSource source, Guid run) => _kafka.Relay(source, run, partitions: 3);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _kafka.DisposeAsync();
}
