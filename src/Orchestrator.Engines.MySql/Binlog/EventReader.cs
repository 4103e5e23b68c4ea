using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Reads an event's body: numbers are little-endian, lengths in the protocol's variable form.</summary>
/// <exception cref="ArgumentOutOfRangeException">The body is shorter than it says: it is damaged.</exception>
internal ref struct EventReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _left = body;

    public readonly int Left => _left.Length;

    public readonly ReadOnlySpan<byte> Rest => _left;

    public void Skip(int count) => _left = _left[count..];

    public ReadOnlySpan<byte> Bytes(int count)
    {
        var bytes = _left[..count];
        _left = _left[count..];
        return bytes;
    }

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public ulong UInt48() => UInt32() | ((ulong)UInt16() << 32);

    /// <summary>An unsigned number of 1 to 8 bytes.</summary>
    public ulong UInt(int length)
    {
        var bytes = Bytes(length);
        var value = 0UL;
        for (var i = length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    /// <summary>A number in variable form: one byte up to 250, else a mark for 2, 3 or 8 bytes.</summary>
    public ulong Packed()
    {
        var first = Byte();
        return first switch
        {
            < 251 => first,
            252 => UInt16(),
            253 => UInt(3),
            254 => UInt64(),
            _ => throw new ArgumentOutOfRangeException(nameof(first), first, "not the beginning of a number"),
        };
    }

    public ReadOnlySpan<byte> PackedBytes() => Bytes(checked((int)Packed()));

    public string Text(int length) => Encoding.UTF8.GetString(Bytes(length));
}
