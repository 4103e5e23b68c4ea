using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// The GTID of a transaction with a tag (MySQL 8.3 and newer): a message of numbered fields, each number in the form of
/// mysql::serialization (https://dev.mysql.com/doc/dev/mysql-server/latest/PageLibsMysqlSerialization.html).
/// </summary>
/// <param name="Source">Who made it.</param>
/// <param name="Tag">In lower case.</param>
/// <param name="Number">From 1.</param>
internal sealed record TaggedGtid(Guid Source, string Tag, long Number)
{
    private const ulong KnownVersion = 1;

    // Fields of Gtid_event::define_fields, in this order; what follows the tag is not needed.
    private const int FlagsField = 0, SourceField = 1, NumberField = 2, TagField = 3;
    private const int SourceLength = 16;

    /// <param name="body">The event.</param>
    /// <exception cref="DamagedValue">It is no such event.</exception>
    public static TaggedGtid Read(ReadOnlySpan<byte> body)
    {
        var reader = new EventReader(body);
        if (Unsigned(ref reader) is var version && version != KnownVersion) throw new DamagedValue($"a tagged GTID in the unknown form {version}");
        Unsigned(ref reader); // bytes in all
        Unsigned(ref reader); // the last field that may not be left out by who does not know it
        Expect(ref reader, FlagsField);
        Unsigned(ref reader);
        Expect(ref reader, SourceField);
        Span<byte> source = stackalloc byte[SourceLength];
        foreach (ref var b in source) b = checked((byte)Unsigned(ref reader));
        Expect(ref reader, NumberField);
        var number = Unsigned(ref reader);
        Expect(ref reader, TagField);
        var tag = Encoding.ASCII.GetString(reader.Bytes(checked((int)Unsigned(ref reader))));
        // The lowest bit of a signed number is its sign.
        return (number & 1) == 0 ? new TaggedGtid(new Guid(source, bigEndian: true), tag, (long)(number >> 1)) : throw new DamagedValue("a negative GTID");
    }

    private static void Expect(ref EventReader reader, int field)
    {
        if (Unsigned(ref reader) is var there && there != (ulong)field) throw new DamagedValue($"field {there} of a tagged GTID where {field} was expected");
    }

    /// <summary>As many bytes follow the first as it has ones at its low end; the bits above them and the bytes are the number.</summary>
    private static ulong Unsigned(ref EventReader reader)
    {
        var first = reader.Byte();
        var more = BitOperations.TrailingZeroCount(~(uint)first);
        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        rest.Clear();
        reader.Bytes(more).CopyTo(rest);
        var number = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        return more == sizeof(ulong) ? number : (number << (7 - more)) | ((ulong)first >> (more + 1));
    }
}
