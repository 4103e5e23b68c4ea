using System.Buffers.Binary;
using System.IO.Compression;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>What events hold that carry a statement, and how events are compressed.</summary>
internal static class StatementBody
{
    /// <summary>Bytes of an event of a loaded file before its statement that other events do not have: file, place of its name, duplicates.</summary>
    private const int FileFields = 13;

    /// <summary>Bytes before the status variables.</summary>
    private const int Head = 13;

    /// <summary>Thread, seconds, length of the database's name, error, length of the status variables; then these three and the statement.</summary>
    public static (string Database, string Sql) Split(ReadOnlySpan<byte> body, bool ofFile = false)
    {
        var reader = new EventReader(body);
        reader.Skip(8);
        var database = reader.Byte();
        reader.Skip(2);
        var variables = reader.UInt16();
        reader.Skip((ofFile ? FileFields : 0) + variables);
        var name = reader.Text(database);
        reader.Skip(1);
        return (name, reader.Text(reader.Left));
    }

    /// <summary>A statement's text may be compressed; what stands before it is not.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> body)
    {
        var head = Head + BinaryPrimitives.ReadUInt16LittleEndian(body[11..]) + body[8] + 1;
        return [.. body[..head], .. InflateText(body[head..])];
    }

    /// <summary>One byte says how many bytes the length takes (https://mariadb.com/kb/en/compressing-events-to-reduce-size-of-the-binary-log/); then zlib.</summary>
    public static byte[] InflateText(ReadOnlySpan<byte> compressed)
    {
        var lengthBytes = compressed[0] & 7;
        var length = 0;
        foreach (var b in compressed.Slice(1, lengthBytes)) length = (length << 8) | b;
        using var source = new MemoryStream(compressed[(1 + lengthBytes)..].ToArray());
        using var inflate = new ZLibStream(source, CompressionMode.Decompress);
        var plain = new byte[length];
        inflate.ReadExactly(plain);
        return plain;
    }
}
