using Confluent.Kafka;
using Orchestrator.ChangeSources.Debezium.Kafka;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>Asks the broker what a group has committed, as a lag tool does.</summary>
internal static class GroupOffsets
{
    /// <summary>Asks until the first partition has that offset, for 10 seconds at most; -1001 is "none".</summary>
    public static async Task<long[]> WaitAsync(KafkaOptions options, long first, params (string Topic, int Partition)[] places)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = options.GroupId }).Build();
        var asked = places.Select(p => new TopicPartition(p.Topic, p.Partition)).ToList();
        long[] found = [];
        for (var i = 0; i < 50; i++)
        {
            found = [.. consumer.Committed(asked, TimeSpan.FromSeconds(5)).Select(c => c.Offset.Value)];
            if (found[0] == first) break;
            await Task.Delay(200);
        }

        return found;
    }
}
