using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// One consumer of the library and what it last said of the brokers. A broker that is away is no error: nothing comes
/// until it is back. Used by one thread, but for <see cref="IsConnected"/> and <see cref="LastError"/>.
/// </summary>
internal sealed class ConsumerLink : IDisposable
{
    private static readonly TimeSpan _slice = TimeSpan.FromMilliseconds(100);
    private readonly KafkaOptions _options;
    private readonly TimeProvider _time;
    private volatile bool _connected;
    private volatile string? _lastError;
    private volatile OrchestratorException? _refusal;
    private OrchestratorException? _stopped;

    public ConsumerLink(KafkaOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var builder = new ConsumerBuilder<byte[]?, byte[]?>(KafkaClientSettings.Consumer(options))
            .SetKeyDeserializer(Bytes.Instance).SetValueDeserializer(Bytes.Instance)
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => Hear(error));
        Consumer = KafkaBuild.Guarded(options, builder.Build);
    }

    public IConsumer<byte[]?, byte[]?> Consumer { get; }

    /// <summary>A broker has answered since one was last missed.</summary>
    public bool IsConnected => _connected;

    /// <summary>What was last heard of trouble, without secrets; null once a broker answered again.</summary>
    public string? LastError => _lastError;

    /// <summary>A topic was asked for that the broker does not have (any more): worth a look. Reading it takes it back.</summary>
    public bool MissedTopic { get; set; }

    /// <summary>Tells that a broker answered.</summary>
    public void Answered() => (_connected, _lastError) = (true, null);

    /// <summary>Tells that none did.</summary>
    public void Missed(string why) => (_connected, _lastError) = (false, why);

    /// <summary>One short poll: a record, or null.</summary>
    /// <param name="left">How long it may take; it takes at most a tenth of a second.</param>
    /// <param name="gap">Makes the error for a partition whose offset is not there.</param>
    /// <exception cref="OrchestratorException">Configuration: the brokers refuse us. Data: records are gone or damaged.</exception>
    public ConsumeResult<byte[]?, byte[]?>? Poll(TimeSpan left, Func<TopicPartitionOffset, OrchestratorException> gap)
    {
        ThrowIfRefused();
        try
        {
            var result = Consumer.Consume(left < _slice ? left : _slice);
            ThrowIfRefused();
            return result;
        }
        catch (ConsumeException e)
        {
            Judge(e, gap);
            return null;
        }
    }

    /// <summary>
    /// Polls until a record is there that <paramref name="accept"/> takes, the time is over, or it is called off. An error
    /// that stops the stream is raised by every later call too: the partitions it is not about must not run ahead.
    /// </summary>
    public KafkaRecord? Next(
        TimeSpan wait, Action before, Func<ConsumeResult<byte[]?, byte[]?>, bool> accept, Func<TopicPartitionOffset, OrchestratorException> gap, CancellationToken ct)
    {
        if (_stopped is { } stopped) throw Again(stopped);
        var began = _time.GetTimestamp();
        var left = wait;
        try
        {
            do
            {
                ct.ThrowIfCancellationRequested();
                before();
                if (Poll(left, gap) is { } found && accept(found))
                    return new KafkaRecord(found.Topic, found.Partition.Value, found.Offset.Value, found.Message.Key, found.Message.Value);
                left = wait - _time.GetElapsedTime(began);
            }
            while (left > TimeSpan.Zero);
        }
        catch (OrchestratorException e) when (e.Kind != ErrorKind.Transient)
        {
            _stopped = e;
            throw;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Consumer.Dispose();

    private void ThrowIfRefused()
    {
        if (_refusal is { } refusal) throw Again(refusal);
    }

    private static OrchestratorException Again(OrchestratorException e) => new(e.Kind, e.Code, e.Message, e.Fix, e);

    private void Hear(Error error)
    {
        _lastError = _options.Masked(error.Reason);
        if (error.Code == ErrorCode.Local_AllBrokersDown) _connected = false;
        // A broker that goes away may break a TLS handshake; only before the first answer is that our settings' fault.
        if (KafkaFault.IsRefusal(error.Code) && (error.Code != ErrorCode.Local_Ssl || !_connected))
            _refusal = KafkaFault.Of(error, "read", _options);
    }

    private void Judge(ConsumeException e, Func<TopicPartitionOffset, OrchestratorException> gap)
    {
        var code = e.Error.Code;
        // Of an error, "record" is only the place it is about.
        var place = e.ConsumerRecord?.TopicPartitionOffset;
        if (KafkaFault.IsGap(code) && place is not null) throw gap(place);
        if (KafkaFault.IsDamage(code) && place is not null)
            throw KafkaErrors.Damaged(place.Topic, place.Partition.Value, place.Offset.Value, e.Error.Reason);
        if (KafkaFault.IsRefusal(code)) throw KafkaFault.Of(e.Error, place is null ? "read" : $"read topic {place.Topic}", _options, e);
        _lastError = _options.Masked(e.Error.Reason);
        if (KafkaFault.IsUnknownTopic(code)) MissedTopic = true;
        if (e.Error.IsFatal) throw KafkaErrors.Unreachable(_options.BootstrapServers, _lastError, e);
    }

    private sealed class Bytes : IDeserializer<byte[]?>
    {
        public static readonly Bytes Instance = new();

        public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
    }
}
