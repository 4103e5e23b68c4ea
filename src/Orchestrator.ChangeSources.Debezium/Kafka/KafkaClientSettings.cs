using Confluent.Kafka;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Our options in librdkafka's words (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).</summary>
internal static class KafkaClientSettings
{
    public static ConsumerConfig Consumer(KafkaOptions options)
    {
        var config = new ConsumerConfig
        {
            GroupId = options.GroupId,
            // Committed records only, in the order of their offsets, from where we say and nowhere else.
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            CheckCrcs = options.CheckCrcs,
            EnablePartitionEof = false,
            QueuedMaxMessagesKbytes = options.QueueKibibytes,
            FetchMaxBytes = options.FetchBytes,
            MaxPartitionFetchBytes = options.PartitionFetchBytes,
            FetchWaitMaxMs = 100,
            // Nothing is polled while a huge transaction is applied or changes are held for a comparison.
            MaxPollIntervalMs = (int)TimeSpan.FromHours(1).TotalMilliseconds,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            TopicMetadataRefreshIntervalMs = (int)Math.Max(1000, options.Refresh.TotalMilliseconds),
            // Headers and timestamps are not looked at; taking them over costs more than the record.
            ConsumeResultFields = "topic",
        };
        return Shared(config, options);
    }

    public static AdminClientConfig Admin(KafkaOptions options) => Shared(new AdminClientConfig(), options);

    private static T Shared<T>(T config, KafkaOptions options)
        where T : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = options.ClientId;
        config.StatisticsIntervalMs = 0;
        config.SocketTimeoutMs = Math.Max(10_000, (int)options.RequestTimeout.TotalMilliseconds);
        config.SocketKeepaliveEnable = true;
        // A broker that is down is asked again every half second to five seconds, not twenty times a second.
        config.ReconnectBackoffMs = 500;
        config.ReconnectBackoffMaxMs = 5000;
        config.ReceiveMessageMaxBytes = Math.Max(100_000_000, options.FetchBytes + 1024 * 1024);
        foreach (var (name, value) in options.Properties) config.Set(name, value);
        return config;
    }
}
