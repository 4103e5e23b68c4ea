using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>Messages as https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html describes them.</summary>
internal static class PgOutputBytes
{
    /// <summary>Stands for a value that was not sent because it did not change.</summary>
    public const string Unchanged = "\u0001unchanged";

    public static byte[] Begin(ulong commit, long micros = 0) => [(byte)'B', .. U64(commit), .. U64((ulong)micros), .. U32(7)];

    public static byte[] Commit(ulong commit, ulong end, long micros = 0) => [(byte)'C', 0, .. U64(commit), .. U64(end), .. U64((ulong)micros)];

    public static byte[] Relation(uint oid, string schema, string name, params (string Name, uint Type, int Modifier)[] columns) =>
    [
        (byte)'R', .. U32(oid), .. Text(schema), .. Text(name), (byte)'d', .. U16((ushort)columns.Length),
        .. columns.SelectMany(c => (byte[])[c.Name == "id" ? (byte)1 : (byte)0, .. Text(c.Name), .. U32(c.Type), .. U32((uint)c.Modifier)]),
    ];

    public static byte[] Insert(uint oid, params string?[] row) => [(byte)'I', .. U32(oid), (byte)'N', .. Row(row)];

    public static byte[] Update(uint oid, char kind, string?[] old, string?[] row) =>
        [(byte)'U', .. U32(oid), (byte)kind, .. Row(old), (byte)'N', .. Row(row)];

    public static byte[] Update(uint oid, params string?[] row) => [(byte)'U', .. U32(oid), (byte)'N', .. Row(row)];

    public static byte[] Delete(uint oid, char kind, params string?[] old) => [(byte)'D', .. U32(oid), (byte)kind, .. Row(old)];

    public static byte[] Truncate(byte options, params uint[] oids) =>
        [(byte)'T', .. U32((uint)oids.Length), options, .. oids.SelectMany(U32)];

    public static byte[] Message(bool transactional, ulong at, string prefix, string content) =>
        [(byte)'M', transactional ? (byte)1 : (byte)0, .. U64(at), .. Text(prefix), .. U32((uint)Encoding.UTF8.GetByteCount(content)), .. Encoding.UTF8.GetBytes(content)];

    public static byte[] Row(params string?[] values) => [.. U16((ushort)values.Length), .. values.SelectMany(Value)];

    private static byte[] Value(string? value) => value switch
    {
        null => [(byte)'n'],
        Unchanged => [(byte)'u'],
        _ => [(byte)'t', .. U32((uint)Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)],
    };

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] U16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
