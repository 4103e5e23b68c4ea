using System.Text;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// Finds a table by the names in an event's source block. Never by topic: topic names are cleaned, and two tables may share one.
/// </summary>
internal sealed class TableNames
{
    private readonly Dictionary<byte[], TableForms> _tables = new(ByteComparer.Instance);
    private readonly Dictionary<byte[], TableForms>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private byte[] _scratch = new byte[256];
    private TableForms? _last;

    public TableNames() => _lookup = _tables.GetAlternateLookup<ReadOnlySpan<byte>>();

    public TableForms GetOrAdd(TableRef table)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(table.Schema), 0, .. Encoding.UTF8.GetBytes(table.Name)];
        if (!_tables.TryGetValue(name, out var forms)) _tables.Add(name, forms = new TableForms(name));
        return forms;
    }

    /// <summary>Null: not followed.</summary>
    public TableForms? Find(ReadOnlySpan<byte> schema, ReadOnlySpan<byte> table)
    {
        var length = schema.Length + 1 + table.Length;
        if (length > _scratch.Length) _scratch = new byte[length * 2];
        schema.CopyTo(_scratch);
        _scratch[schema.Length] = 0;
        table.CopyTo(_scratch.AsSpan(schema.Length + 1));
        var name = _scratch.AsSpan(0, length);
        if (_last is not null && name.SequenceEqual(_last.Name)) return _last;
        if (_lookup.TryGetValue(name, out var forms)) _last = forms;
        return forms;
    }

    /// <summary>
    /// The table an event is probably of, found ahead of the rows, which stand before their source block; null: no guess. The marks
    /// cannot stand inside a string, where their quotes would be escaped.
    /// </summary>
    public TableForms? Guess(ReadOnlySpan<byte> payload, bool bySchema)
    {
        var at = payload.LastIndexOf("\"source\":{"u8);
        if (at < 0) return null;
        payload = payload[at..];
        var schema = StringAfter(payload, bySchema ? "\"schema\":\""u8 : "\"db\":\""u8);
        var table = StringAfter(payload, "\"table\":\""u8);
        return schema.IsEmpty || table.IsEmpty ? null : Find(schema, table);
    }

    private static ReadOnlySpan<byte> StringAfter(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mark)
    {
        var at = payload.IndexOf(mark);
        if (at < 0) return default;
        payload = payload[(at + mark.Length)..];
        var end = payload.IndexOf((byte)'"');
        return end < 0 ? default : payload[..end];
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static ByteComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
