using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Writes records in order per partition and knows when all are acknowledged.</summary>
internal sealed class TopicSink : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly StandInOptions _options;
    private readonly StandInFaults _faults;
    private readonly Func<string, int> _partitionsOf;
    private readonly Dictionary<string, int> _topics = new(StringComparer.Ordinal);
    private int _pending;
    private int _nextWithoutKey;
    private volatile string? _failure;

    public TopicSink(StandInOptions options, StandInFaults faults, Func<string, int> partitionsOf)
    {
        (_options, _faults, _partitionsOf) = (options, faults, partitionsOf);
        var config = new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers, Acks = Acks.All, EnableIdempotence = true, LingerMs = 1, MessageTimeoutMs = 0, MessageMaxBytes = 64 * 1024 * 1024,
        };
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
    }

    /// <summary>Sends a record, or what the faults make of it. Returns before it is acknowledged.</summary>
    public async Task SendAsync(string topic, string? key, string? value, Headers? headers, CancellationToken ct)
    {
        if (!_topics.TryGetValue(topic, out var partitions)) _topics[topic] = partitions = await CreateAsync(topic);
        for (var times = _faults.TimesToSend(new StandInRecord(topic, key, value)); times > 0; times--)
        {
            var keyBytes = key is null ? null : Encoding.UTF8.GetBytes(key);
            var partition = keyBytes is null ? _nextWithoutKey++ % partitions : Murmur2.Partition(keyBytes, partitions);
            var message = new Message<byte[]?, byte[]?> { Key = keyBytes, Value = value is null ? null : Encoding.UTF8.GetBytes(value), Headers = headers };
            await ProduceAsync(new TopicPartition(topic, partition), message, ct);
        }
    }

    /// <summary>Waits until the brokers have everything.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        while (Volatile.Read(ref _pending) > 0)
        {
            ThrowIfFailed();
            await Task.Delay(2, ct);
        }

        ThrowIfFailed();
    }

    public void Dispose() => _producer.Dispose();

    private async Task ProduceAsync(TopicPartition place, Message<byte[]?, byte[]?> message, CancellationToken ct)
    {
        while (true)
        {
            ThrowIfFailed();
            try
            {
                Interlocked.Increment(ref _pending);
                _producer.Produce(place, message, Delivered);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e)
            {
                Interlocked.Decrement(ref _pending);
                if (e.Error.Code != ErrorCode.Local_QueueFull) throw;
                await Task.Delay(5, ct);
            }
        }
    }

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError) _failure ??= $"{report.Topic}: {report.Error.Reason}";
        Interlocked.Decrement(ref _pending);
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new InvalidOperationException($"Unrecoverable exception from producer send callback: {failure}");
    }

    private async Task<int> CreateAsync(string topic)
    {
        var partitions = _partitionsOf(topic);
        if (_options.CreateTopic is not null)
        {
            // One that is there already, of an earlier task, is kept.
            if (!Exists(topic)) _options.CreateTopic(topic, partitions);
            return partitions;
        }

        using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        }
        catch (KafkaException e)
        {
            // It exists, or the brokers make topics of first records only.
            System.Diagnostics.Trace.WriteLine(e.Message);
        }

        return partitions;
    }

    private bool Exists(string topic)
    {
        using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        return admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Exists(t => t.Topic == topic);
    }
}
