namespace Orchestrator.TestKit;

/// <summary>What the workers of a <see cref="StandInConnect"/> are configured with.</summary>
public sealed record StandInOptions
{
    /// <summary>The brokers.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>
    /// Creates a topic with a number of partitions, where the brokers do not know CreateTopics (<see cref="MockBroker.CreateTopic"/>).
    /// Null: by the admin client, and where that fails a topic is what the brokers make of its first record.
    /// </summary>
    public Action<string, int>? CreateTopic { get; init; }

    /// <summary>Called after a connector is deleted.</summary>
    public Action ConnectorDeleted { get; init; } = () => { };

    /// <summary>Pause between two confirmations of what was sent (Connect's <c>offset.flush.interval.ms</c>).</summary>
    public TimeSpan OffsetFlush { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Version of Kafka it says it is.</summary>
    public string Version { get; init; } = "4.0.0";
}
