using System.Text;
using System.Text.Json;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// Turns the records of one connector into decoded events, one at a time; remembers only what saves work. Not for concurrent
/// use.
/// </summary>
internal sealed class EventDecoder : IDisposable
{
    private static readonly IReadOnlyDictionary<uint, UserType> NoTypes = new Dictionary<uint, UserType>();

    private readonly TableNames _names = new();
    private readonly SchemaCache _schemas;
    private readonly RowDecoder _rows;
    private readonly KeptText _gtid = new();
    private readonly KeptText _file = new();
    private readonly bool _isPostgres;
    private readonly IReadOnlyList<FollowedTable> _tables;
    private readonly Func<string, string, TableRef?>? _alteredBy;

    /// <param name="tables">The followed tables; one in several forms stands here several times, earlier ones first.</param>
    /// <param name="connector">Who writes the events.</param>
    /// <param name="modes">How it writes values, for events without a schema.</param>
    /// <param name="userTypes">PostgreSQL: what the types are that are not its own, by their numbers; null: not known.</param>
    /// <param name="alteredBy">MySQL, MariaDB: which followed table a statement alters that ran in a database; null: none is looked at.</param>
    public EventDecoder(
        IReadOnlyList<FollowedTable> tables, ConnectorKind connector, DebeziumModes modes, IReadOnlyDictionary<uint, UserType>? userTypes = null, Func<string, string, TableRef?>? alteredBy = null)
    {
        (_tables, _alteredBy, _rows) = (tables, alteredBy, new RowDecoder(new UnavailableValue(modes.UnavailableValue)));
        _isPostgres = connector == ConnectorKind.PostgreSql;
        _schemas = new SchemaCache(_isPostgres);
        for (var i = 0; i < tables.Count; i++)
        {
            var table = tables[i].Table;
            var values = table.Copied.Select(c => _isPostgres ? PostgreSqlForms.Of(c, modes, userTypes ?? NoTypes) : MySqlForms.Of(c, modes));
            var forms = _names.GetOrAdd(table.SourceName);
            forms.All.Add(forms.Current = new TableForm(i, table, [.. values]));
        }
    }

    /// <summary>Place and, if it is followed, table of the change that <see cref="Decode"/> could not read last; null: they are not known.</summary>
    public DecodedEvent? Unread { get; private set; }

    /// <summary>Decodes one record.</summary>
    /// <param name="kind">What its topic holds.</param>
    /// <param name="value">Its value; empty: none.</param>
    /// <param name="images">Takes the row images; unchanged if it throws.</param>
    /// <exception cref="Core.Errors.OrchestratorException">Data: the record cannot be applied; say where with <see cref="EnvelopeErrors.At"/>.</exception>
    public DecodedEvent Decode(TopicKind kind, ReadOnlySpan<byte> value, RentedList<byte> images)
    {
        if (value.IsEmpty) return new DecodedEvent { Kind = EventKind.Tombstone };
        var start = images.Count;
        var isDone = false;
        Unread = null;
        try
        {
            var payload = _schemas.Payload(value, out var schema);
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw EnvelopeErrors.Malformed("its value is no object");
            var decoded = kind switch
            {
                TopicKind.Transaction => Boundary(ref json),
                TopicKind.Heartbeat => Heartbeat(ref json),
                TopicKind.SchemaChange => SchemaChange(ref json),
                _ => Envelope(ref json, payload, schema, images),
            };
            isDone = true;
            return decoded;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw EnvelopeErrors.Malformed(e.Message, e);
        }
        finally
        {
            if (!isDone) images.Truncate(start);
        }
    }

    /// <summary>
    /// The record's key is made of columns of the table's key only: then all changes of one row are in one partition, in order (CASES C9).
    /// A record without key, or with columns of somebody's choice (<c>message.key.columns</c>), says nothing of the kind.
    /// </summary>
    /// <param name="table">Of the decoded event.</param>
    /// <param name="key">The record's key; empty: none.</param>
    public bool IsOrderedByKey(int table, ReadOnlySpan<byte> key)
    {
        var schema = _tables[table].Table;
        return schema.Key.Kind is RowKeyKind.PrimaryKey or RowKeyKind.UniqueIndex
            && RecordKey.HasOnly(key, [.. schema.Key.Columns.Select(c => TableForm.SourceName(schema.Copied[c]))]);
    }

    private DecodedEvent Envelope(ref Utf8JsonReader json, ReadOnlySpan<byte> payload, EmbeddedSchema? schema, RentedList<byte> images)
    {
        var rows = new RowPair(_rows, _names.Guess(payload, _isPostgres), schema, payload, images);
        var source = default(SourceBlock);
        (byte op, bool hasSource, (string, string)? message) = (0, false, null);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            var (isBefore, isAfter) = (name.SequenceEqual("before"u8), name.SequenceEqual("after"u8));
            json.Read();
            if (isBefore || isAfter)
            {
                rows.Read(ref json, isBefore);
            }
            else if (name.SequenceEqual("source"u8) && json.TokenType == JsonTokenType.StartObject)
            {
                source.ReadSource(ref json);
                hasSource = true;
            }
            else if (name.SequenceEqual("transaction"u8))
            {
                source.ReadTransaction(ref json);
            }
            else if (name.SequenceEqual("op"u8) && json.TokenType == JsonTokenType.String && json.ValueSpan.Length == 1)
            {
                op = json.ValueSpan[0];
            }
            else if (name.SequenceEqual("message"u8) && json.TokenType == JsonTokenType.StartObject)
            {
                message = MessageText.Read(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        if (op == 0 || !hasSource) throw EnvelopeErrors.Flattened();
        return op == 'm' ? Event(EventKind.Message, source) with { Message = message } : Change(op, source, ref rows);
    }

    private DecodedEvent Change(byte op, SourceBlock source, ref RowPair rows)
    {
        var schema = _isPostgres ? source.Schema : source.Database;
        var place = Event(EventKind.Change, source) with { Op = ChangeOp.Delete, Table = -1 };
        Unread = place;
        var tables = _names.Find(schema, source.Table)
            ?? throw EnvelopeErrors.NotFollowed(Encoding.UTF8.GetString(schema), Encoding.UTF8.GetString(source.Table));
        if (op == 't')
        {
            // Whether PostgreSQL's numbers start again is not in the event; MySQL's always do.
            return place with { Kind = EventKind.Truncate, Op = ChangeOp.Truncate, Table = tables.Current.Index, NewOffset = _isPostgres ? 0 : 1 };
        }

        Unread = place with { Table = tables.Current.Index };
        rows.Settle(tables);
        var decoded = place with
        {
            Op = op switch
            {
                (byte)'c' or (byte)'r' => ChangeOp.Insert,
                (byte)'u' => ChangeOp.Update,
                (byte)'d' => ChangeOp.Delete,
                _ => throw EnvelopeErrors.Malformed($"its operation is {(char)op}"),
            },
            IsSnapshot = op == 'r',
        };
        return rows.Fill(decoded);
    }

    /// <summary>Of which table is for whoever reads the statement to say; those of a snapshot tell how tables were, not that they changed.</summary>
    private DecodedEvent SchemaChange(ref Utf8JsonReader json)
    {
        var source = default(SourceBlock);
        var (database, statement) = ("", "");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isSource, isDatabase, isStatement) = (json.ValueTextEquals("source"u8), json.ValueTextEquals("databaseName"u8), json.ValueTextEquals("ddl"u8));
            json.Read();
            if (isSource && json.TokenType == JsonTokenType.StartObject) source.ReadSource(ref json);
            else if (isDatabase && json.TokenType == JsonTokenType.String) database = json.GetString()!;
            else if (isStatement && json.TokenType == JsonTokenType.String) statement = json.GetString()!;
            else json.Skip();
        }

        var altered = source.IsSnapshot || statement.Length == 0 ? null : _alteredBy?.Invoke(statement, database);
        var forms = altered is { } table ? _names.Find(Encoding.UTF8.GetBytes(table.Schema), Encoding.UTF8.GetBytes(table.Name)) : null;
        return Event(EventKind.SchemaChange, source) with { Table = forms?.Current.Index ?? -1, Message = (database, statement) };
    }

    private DecodedEvent Event(EventKind kind, in SourceBlock source) => new()
    {
        Kind = kind,
        Source = new SourcePoint(source.Lsn, _file.Of(source.File), source.Offset, source.Row),
        Transaction = Transaction(source.TransactionId.IsEmpty ? source.Gtid : source.TransactionId, source.Number),
        TotalOrder = source.TotalOrder,
        CommitMicroseconds = source.Microseconds,
    };

    private TransactionKey Transaction(ReadOnlySpan<byte> id, ulong number)
    {
        if (!_isPostgres) return new TransactionKey(0, _gtid.Of(id));
        return new TransactionKey(id.IsEmpty ? number : TransactionRecord.Number(id, out _), null);
    }

    private DecodedEvent Boundary(ref Utf8JsonReader json)
    {
        var record = TransactionRecord.Read(ref json);
        var lsn = 0UL;
        if (_isPostgres) TransactionRecord.Number(record.Id, out lsn);
        return new DecodedEvent
        {
            Kind = record.IsEnd ? EventKind.TransactionEnd : EventKind.TransactionBegin,
            Transaction = Transaction(record.Id, 0),
            Source = new SourcePoint(lsn, null, 0),
            TotalOrder = record.Count,
            CommitMicroseconds = record.Microseconds,
        };
    }

    private static DecodedEvent Heartbeat(ref Utf8JsonReader json)
    {
        var micros = 0L;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isTime = json.ValueTextEquals("ts_ms"u8);
            json.Read();
            if (isTime) micros = json.GetInt64() * 1000;
            else json.Skip();
        }

        return new DecodedEvent { Kind = EventKind.Heartbeat, CommitMicroseconds = micros };
    }

    public void Dispose() => _rows.Dispose();
}
