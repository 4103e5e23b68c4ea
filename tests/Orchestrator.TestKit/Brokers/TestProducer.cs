using System.Text;
using Confluent.Kafka;

namespace Orchestrator.TestKit;

/// <summary>Writes records as Connect does: in order per partition, acknowledged.</summary>
public sealed class TestProducer : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly bool _transactional;

    /// <param name="bootstrapServers">Where.</param>
    /// <param name="transactionalId">Writes transactions under this id; null: none.</param>
    public TestProducer(string bootstrapServers, string? transactionalId = null)
    {
        var config = new ProducerConfig { BootstrapServers = bootstrapServers, LingerMs = 1, EnableIdempotence = true };
        if (transactionalId is not null) config.TransactionalId = transactionalId;
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        _transactional = transactionalId is not null;
        if (_transactional) _producer.InitTransactions(TimeSpan.FromSeconds(10));
    }

    /// <summary>Writes records to one partition and waits until all are acknowledged.</summary>
    public async Task SendAsync(string topic, int partition, params (string? Key, string? Value)[] records) =>
        await SendAsync(topic, partition, records.Select(r => (Bytes(r.Key), Bytes(r.Value))));

    /// <inheritdoc cref="SendAsync(string, int, ValueTuple{string, string}[])"/>
    public async Task SendAsync(string topic, int partition, IEnumerable<(byte[]? Key, byte[]? Value)> records)
    {
        var place = new TopicPartition(topic, partition);
        await Task.WhenAll(records.Select(r => _producer.ProduceAsync(place, new Message<byte[]?, byte[]?> { Key = r.Key, Value = r.Value })).ToList());
    }

    /// <summary>Writes records as one transaction, and commits or aborts it.</summary>
    public async Task SendTransactionAsync(string topic, int partition, bool commit, params (string? Key, string? Value)[] records)
    {
        if (!_transactional) throw new InvalidOperationException("This producer has no transactional id.");
        _producer.BeginTransaction();
        await SendAsync(topic, partition, records);
        if (commit) _producer.CommitTransaction(TimeSpan.FromSeconds(10));
        else _producer.AbortTransaction(TimeSpan.FromSeconds(10));
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
