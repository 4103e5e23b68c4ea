using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>Says what a record is.</summary>
internal interface IEventDecoder : IDisposable
{
    /// <param name="record">Any record of the connector's topics.</param>
    /// <param name="images">The event's row images are appended here; the event's offsets are indexes into it.</param>
    /// <exception cref="Core.Errors.OrchestratorException">Data: it cannot be read.</exception>
    DecodedEvent Decode(in KafkaRecord record, RentedList<byte> images);

    /// <summary>Where in its transaction the change stands that could not be read last, without images; null: not even that is known.</summary>
    DecodedEvent? Unread { get; }
}
