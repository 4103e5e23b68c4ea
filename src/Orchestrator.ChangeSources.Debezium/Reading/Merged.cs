using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>The next step of the source: an event of the open transaction, or its end.</summary>
/// <param name="Event">Null: the transaction ends.</param>
/// <param name="From">Holds the event's images until the next record is added; null at an end.</param>
/// <param name="Transaction">The open transaction, as far as its place is known; whole at its end.</param>
internal readonly record struct Merged(DecodedEvent? Event, PartitionQueue? From, SourceTransaction Transaction);
