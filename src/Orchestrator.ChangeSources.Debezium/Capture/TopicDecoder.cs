using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.ChangeSources.Debezium.Reading;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>Knows by its topic what a record is, and by its table whether a row is a marker.</summary>
internal sealed class TopicDecoder : IEventDecoder
{
    private readonly EventDecoder _decoder;
    private readonly Relay _relay;
    private readonly MarkerRows? _markers;
    private readonly int _markerTable;

    /// <param name="source">Reads statements of its log.</param>
    /// <param name="tables">The followed tables.</param>
    /// <param name="relay">Names the topics.</param>
    /// <param name="endpoint">Whose log it is.</param>
    /// <param name="types">PostgreSQL: types that are not its own.</param>
    public TopicDecoder(IRelayableSource source, IReadOnlyList<FollowedTable> tables, Relay relay, LogEndpoint endpoint, IReadOnlyDictionary<uint, UserType> types)
    {
        (_relay, _markers, _markerTable) = (relay, endpoint.Markers, tables.Count);
        IReadOnlyList<FollowedTable> all = _markers is null ? tables : [.. tables, new FollowedTable(_markers.Table, new Core.Positions.NoPosition())];
        var names = tables.Select(t => t.Table.SourceName).ToHashSet();
        _decoder = new EventDecoder(all, endpoint.Kind.Connector(), relay.Modes, types, (statement, database) => source.AlteredBy(statement, database, names));
    }

    /// <summary>A marker that cannot be read is no change of a followed table.</summary>
    public DecodedEvent? Unread => _decoder.Unread is { } place && place.Table == _markerTable ? place with { Table = -1 } : _decoder.Unread;

    public DecodedEvent Decode(in KafkaRecord record, RentedList<byte> images)
    {
        var before = images.Count;
        var decoded = _decoder.Decode(_relay.KindOf(record.Topic), record.Value, images);
        if (_markers is null || decoded.Kind is not (EventKind.Change or EventKind.Truncate) || decoded.Table != _markerTable) return decoded;
        if (decoded.Kind == EventKind.Truncate) return new DecodedEvent { Kind = EventKind.Tombstone };
        // Whatever else somebody does to the table counts as an event and says nothing.
        var nonce = decoded is { Kind: EventKind.Change, Op: not ChangeOp.Delete } ? Nonce(images.Span.Slice(decoded.NewOffset, decoded.NewLength), _markers.Nonce) : "";
        images.Truncate(before);
        return decoded with
        {
            Kind = EventKind.Message, Message = (ConnectorSettings.MarkerPrefix, nonce), Old = OldImage.None, OldOffset = before, OldLength = 0, NewOffset = before, NewLength = 0,
        };
    }

    public void Dispose() => _decoder.Dispose();

    private static string Nonce(ReadOnlySpan<byte> row, int column)
    {
        var values = new TupleReader(row, 0);
        for (var i = 0; i < column; i++) values.Next(out _);
        values.Next(out var text);
        return System.Text.Encoding.UTF8.GetString(text);
    }
}
