using System.Buffers.Text;
using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// A record of the transaction topic
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-transaction-metadata).
/// </summary>
internal ref struct TransactionRecord
{
    public bool IsEnd;
    public ReadOnlySpan<byte> Id;
    public long Count;
    public long Microseconds;

    /// <param name="json">Stands at the record's brace.</param>
    public static TransactionRecord Read(scoped ref Utf8JsonReader json)
    {
        var record = default(TransactionRecord);
        var hasStatus = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            json.Read();
            if (name.SequenceEqual("status"u8))
            {
                record.IsEnd = json.ValueTextEquals("END"u8);
                hasStatus = record.IsEnd || json.ValueTextEquals("BEGIN"u8);
            }
            else if (name.SequenceEqual("id"u8))
            {
                record.Id = SourceBlock.Text(ref json);
            }
            else if (name.SequenceEqual("event_count"u8) && json.TokenType == JsonTokenType.Number)
            {
                record.Count = json.GetInt64();
            }
            else if (name.SequenceEqual("ts_ms"u8) && json.TokenType == JsonTokenType.Number)
            {
                record.Microseconds = json.GetInt64() * 1000;
            }
            else
            {
                json.Skip();
            }
        }

        if (!hasStatus || record.Id.IsEmpty) throw EnvelopeErrors.Malformed("a record of the transaction topic has no status or id");
        return record;
    }

    /// <summary>Takes PostgreSQL's id apart: the transaction's number, a colon, a position in the log.</summary>
    public static ulong Number(ReadOnlySpan<byte> id, out ulong lsn)
    {
        lsn = 0;
        if (!Utf8Parser.TryParse(id, out ulong number, out var used)) throw EnvelopeErrors.Malformed("a transaction's id has no number");
        if (used == id.Length) return number;
        if (id[used] != ':' || !Utf8Parser.TryParse(id[(used + 1)..], out lsn, out var rest) || used + 1 + rest != id.Length)
            throw EnvelopeErrors.Malformed("a transaction's id has no position");
        return number;
    }
}
