using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>A record as a consumer got it.</summary>
internal sealed record ReadRecord(string? Key, string? Value, IReadOnlyList<(string Name, string Value)> Headers)
{
    public JsonNode? KeyJson => Key is null ? null : JsonNode.Parse(Key);

    public JsonNode? Json => Value is null ? null : JsonNode.Parse(Value);
}

/// <summary>Reads a partition from its beginning: until there are so many records, and what follows without a pause.</summary>
internal static class TopicReader
{
    public static Task<IReadOnlyList<ReadRecord>> ReadAsync(string brokers, string topic, int partition, int count) => Task.Run(() => Read(brokers, topic, partition, count));

    private static IReadOnlyList<ReadRecord> Read(string brokers, string topic, int partition, int count)
    {
        var config = new ConsumerConfig { BootstrapServers = brokers, GroupId = "reader", EnableAutoCommit = false, FetchMaxBytes = 64 * 1024 * 1024, TopicMetadataRefreshIntervalMs = 200 };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        var records = new List<ReadRecord>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (records.Count < count && !limit.IsCancellationRequested) Take(TimeSpan.FromMilliseconds(200));
        var more = true;
        while (more && !limit.IsCancellationRequested) more = Take(TimeSpan.FromMilliseconds(300));
        return records;

        bool Take(TimeSpan wait)
        {
            try
            {
                if (consumer.Consume(wait)?.Message is not { } m) return false;
                records.Add(new ReadRecord(Text(m.Key), Text(m.Value), [.. m.Headers.Select(h => (h.Key, Text(h.GetValueBytes()) ?? ""))]));
                return true;
            }
            catch (ConsumeException e) when (e.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition)
            {
                // Not made yet.
                System.Diagnostics.Trace.WriteLine(e.Error.Reason);
                return false;
            }
        }
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
