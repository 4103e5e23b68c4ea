using System.Text;
using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// The parts of an event's <c>source</c> and <c>transaction</c> blocks that are needed; spans lie in the record.
/// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-change-events-value
/// </summary>
internal ref struct SourceBlock
{
    public ReadOnlySpan<byte> Database;
    public ReadOnlySpan<byte> Schema;
    public ReadOnlySpan<byte> Table;
    public ReadOnlySpan<byte> File;
    public ReadOnlySpan<byte> Gtid;
    public ReadOnlySpan<byte> TransactionId;
    public ulong Number;
    public ulong Lsn;
    public ulong Offset;
    public long Row;
    public long Microseconds;
    public long TotalOrder;

    /// <summary>Written while the connector read the tables' structure or rows, not their changes.</summary>
    public bool IsSnapshot;
    private bool _isFine;

    /// <param name="json">Stands at the block's brace.</param>
    public void ReadSource(scoped ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            json.Read();
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("db"u8): Database = Text(ref json); break;
                case 3 when name.SequenceEqual("lsn"u8): Lsn = Number64(ref json); break;
                case 3 when name.SequenceEqual("pos"u8): Offset = Number64(ref json); break;
                case 3 when name.SequenceEqual("row"u8): Row = (long)Number64(ref json); break;
                case 4 when name.SequenceEqual("txId"u8): Number = Number64(ref json); break;
                case 4 when name.SequenceEqual("gtid"u8): Gtid = Text(ref json); break;
                case 4 when name.SequenceEqual("file"u8): File = Text(ref json); break;
                case 5 when name.SequenceEqual("table"u8): Table = Text(ref json); break;
                case 5 when name.SequenceEqual("ts_us"u8): Time(ref json, 1); break;
                case 5 when name.SequenceEqual("ts_ms"u8): Time(ref json, 1000); break;
                case 6 when name.SequenceEqual("schema"u8): Schema = Text(ref json); break;
                case 8 when name.SequenceEqual("snapshot"u8): IsSnapshot = Text(ref json) is { IsEmpty: false } text && !text.SequenceEqual("false"u8); break;
                default: json.Skip(); break;
            }
        }
    }

    /// <param name="json">Stands at the block's brace, or at null.</param>
    public void ReadTransaction(scoped ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            json.Read();
            if (name.SequenceEqual("id"u8)) TransactionId = Text(ref json);
            else if (name.SequenceEqual("total_order"u8)) TotalOrder = (long)Number64(ref json);
            else json.Skip();
        }
    }

    /// <summary>Microseconds where the connector writes them, else milliseconds.</summary>
    private void Time(scoped ref Utf8JsonReader json, int unit)
    {
        if (json.TokenType != JsonTokenType.Number || (_isFine && unit > 1)) return;
        Microseconds = json.GetInt64() * unit;
        _isFine = unit == 1;
    }

    /// <summary>0 for null.</summary>
    public static ulong Number64(scoped ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Number ? json.GetUInt64() : 0;

    /// <summary>Empty for null.</summary>
    public static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null) return default;
        if (json.TokenType != JsonTokenType.String) throw EnvelopeErrors.Malformed($"a {json.TokenType} where a string is expected");
        return json.ValueIsEscaped ? Encoding.UTF8.GetBytes(json.GetString()!) : json.ValueSpan;
    }
}
