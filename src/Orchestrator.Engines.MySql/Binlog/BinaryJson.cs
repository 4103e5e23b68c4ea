using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// MySQL's JSON as it is stored, to the text that the server itself prints of it (the form stands in sql-common/json_binary.h,
/// the text in json_dom.cc). Nothing of a value is believed: every offset lies in its container, no two values share
/// bytes, so a damaged one ends soon.
/// </summary>
internal ref struct BinaryJson
{
    /// <summary>JSON_DOCUMENT_MAX_DEPTH: the server takes no deeper document.</summary>
    private const int Deepest = 100;

    private const int LongestLength = 5; // bytes that tell a length of 32 bits
    private const byte SmallObject = 0, LargeObject = 1, SmallArray = 2, LargeArray = 3, Literal = 4, Int16 = 5, UInt16 = 6, Int32 = 7, UInt32 = 8;
    private const byte Int64 = 9, UInt64 = 10, Double = 11, String = 12, Opaque = 15;

    private readonly ArrayBufferWriter<byte> _output;

    /// <summary>Bytes no value has claimed yet.</summary>
    private long _unclaimed;

    private BinaryJson(int length, ArrayBufferWriter<byte> output) => (_unclaimed, _output) = (length, output);

    /// <exception cref="DamagedValue">It is no such value.</exception>
    public static void Write(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        // What IGNORE and lax modes make of NULL in a column that has none: the server reads it as null.
        if (value.IsEmpty)
        {
            output.Write("null"u8);
            return;
        }

        new BinaryJson(value.Length, output).Value(value[0], value[1..], 0);
    }

    private void Value(byte type, ReadOnlySpan<byte> data, int depth)
    {
        switch (type)
        {
            case SmallObject or LargeObject or SmallArray or LargeArray: Container(type, data, depth + 1); break;
            case Literal: _output.Write(LiteralOf(Claim(data, 1)[0])); break;
            case Int16: Number(BinaryPrimitives.ReadInt16LittleEndian(Claim(data, sizeof(short)))); break;
            case UInt16: Number(BinaryPrimitives.ReadUInt16LittleEndian(Claim(data, sizeof(ushort)))); break;
            case Int32: Number(BinaryPrimitives.ReadInt32LittleEndian(Claim(data, sizeof(int)))); break;
            case UInt32: Number(BinaryPrimitives.ReadUInt32LittleEndian(Claim(data, sizeof(uint)))); break;
            case Int64: Number(BinaryPrimitives.ReadInt64LittleEndian(Claim(data, sizeof(long)))); break;
            case UInt64: Number(BinaryPrimitives.ReadUInt64LittleEndian(Claim(data, sizeof(ulong)))); break;
            case Double: JsonText.Double(BinaryPrimitives.ReadDoubleLittleEndian(Claim(data, sizeof(double))), _output); break;
            case String: Text(Measured(data)); break;
            case Opaque: JsonOpaque.Write(Claim(data, 1)[0], Measured(data[1..]), _output); break;
            default: throw new DamagedValue($"a value of the unknown type {type}");
        }
    }

    /// <summary>Number of members, bytes in all, places of the keys, places of the values or, where they are short, the values; then keys and values.</summary>
    private void Container(byte type, ReadOnlySpan<byte> data, int depth)
    {
        if (depth > Deepest) throw new DamagedValue($"more than {Deepest} values in one another");
        var (isObject, isLarge) = (type is SmallObject or LargeObject, type is LargeObject or LargeArray);
        var width = isLarge ? sizeof(uint) : sizeof(ushort);
        var (keyWidth, valueWidth) = (isObject ? width + sizeof(ushort) : 0, 1 + width);
        var head = new EventReader(Part(data, 0, 2 * width));
        var (count, size) = ((long)head.UInt(width), (long)head.UInt(width));
        var values = (2 * width) + (count * keyWidth);
        var length = values + (count * valueWidth);
        if (size > data.Length || length > size) throw new DamagedValue($"{count} members in {size} bytes, of which {data.Length} are there");
        data = data[..(int)size];
        Claim(length);

        _output.Write(isObject ? "{"u8 : "["u8);
        ReadOnlySpan<byte> before = default;
        for (var i = 0; i < count; i++)
        {
            if (i > 0) _output.Write(", "u8);
            if (isObject)
            {
                var key = Key(data, (2 * width) + (i * keyWidth), width, length);
                if (i > 0 && !IsAfter(before, key)) throw new DamagedValue("keys that are not in order");
                before = key;
                Text(key);
                _output.Write(": "u8);
            }

            Member(data, (int)values + (i * valueWidth), isLarge, length, depth);
        }

        _output.Write(isObject ? "}"u8 : "]"u8);
    }

    private ReadOnlySpan<byte> Key(ReadOnlySpan<byte> data, int entry, int width, long head)
    {
        var reader = new EventReader(data[entry..]);
        var (offset, length) = ((long)reader.UInt(width), (int)reader.UInt16());
        if (offset < head) throw new DamagedValue("a key inside the places of the keys");
        Claim(length);
        return Part(data, offset, length);
    }

    private void Member(ReadOnlySpan<byte> data, int entry, bool isLarge, long head, int depth)
    {
        var type = data[entry];
        if (type is Literal or Int16 or UInt16 || (isLarge && type is Int32 or UInt32))
        {
            var inlined = data.Slice(entry + 1, isLarge ? sizeof(uint) : sizeof(ushort));
            // It was claimed with the container's head.
            _unclaimed += type is Literal ? 1 : type is Int16 or UInt16 ? sizeof(short) : sizeof(int);
            Value(type, inlined, depth);
            return;
        }

        var offset = (long)new EventReader(data[(entry + 1)..]).UInt(isLarge ? sizeof(uint) : sizeof(ushort));
        if (offset < head || offset >= data.Length) throw new DamagedValue("a value outside of its container");
        Value(type, data[(int)offset..], depth);
    }

    /// <summary>Shorter keys come first, those of one length by their bytes.</summary>
    private static bool IsAfter(ReadOnlySpan<byte> before, ReadOnlySpan<byte> key) =>
        before.Length == key.Length ? before.SequenceCompareTo(key) < 0 : before.Length < key.Length;

    /// <summary>The length stands in groups of seven bits, the lowest first; a set highest bit says that one more follows.</summary>
    private ReadOnlySpan<byte> Measured(ReadOnlySpan<byte> data)
    {
        var length = 0L;
        for (var i = 0; i < LongestLength && i < data.Length; i++)
        {
            length |= (long)(data[i] & 0x7F) << (7 * i);
            if ((data[i] & 0x80) != 0) continue;
            Claim(i + 1 + length);
            return Part(data, i + 1, length);
        }

        throw new DamagedValue("a length without end");
    }

    private static ReadOnlySpan<byte> LiteralOf(byte literal) => literal switch
    {
        0 => "null"u8,
        1 => "true"u8,
        2 => "false"u8,
        _ => throw new DamagedValue($"the unknown literal {literal}"),
    };

    private readonly void Text(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text)) throw new DamagedValue("text that is not UTF-8");
        JsonText.String(text, _output);
    }

    private readonly void Number(long number)
    {
        Utf8Formatter.TryFormat(number, _output.GetSpan(20), out var written);
        _output.Advance(written);
    }

    private readonly void Number(ulong number)
    {
        Utf8Formatter.TryFormat(number, _output.GetSpan(20), out var written);
        _output.Advance(written);
    }

    private ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> data, int length)
    {
        Claim(length);
        return Part(data, 0, length);
    }

    private void Claim(long length)
    {
        _unclaimed -= length;
        if (_unclaimed < 0) throw new DamagedValue("values that share their bytes, or reach past its end");
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> data, long offset, long length) =>
        offset + length <= data.Length ? data.Slice((int)offset, (int)length) : throw new DamagedValue("a part that reaches past its end");
}
