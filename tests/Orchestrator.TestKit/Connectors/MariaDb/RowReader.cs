using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A table as the log describes it before its rows: name, and each column's type with what else its values' length depends on.</summary>
internal sealed record TableMapEvent(ulong Id, string Database, string Table, byte[] Types, byte[][] Meta)
{
    public static TableMapEvent Read(ReadOnlySpan<byte> body)
    {
        var id = BinaryPrimitives.ReadUInt64LittleEndian(body) & 0xFFFF_FFFF_FFFF;
        var at = 8;
        var database = Name(body, ref at);
        var table = Name(body, ref at);
        var count = RowReader.Packed(body, ref at);
        var types = body.Slice(at, count).ToArray();
        at += count;
        _ = RowReader.Packed(body, ref at);
        var meta = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var length = types[i] switch { 4 or 5 or 17 or 18 or 19 or 252 or 255 => 1, 15 or 16 or 246 or 247 or 248 or 254 => 2, _ => 0 };
            meta[i] = body.Slice(at, length).ToArray();
            at += length;
        }

        return new TableMapEvent(id, database, table, types, meta);
    }

    private static string Name(ReadOnlySpan<byte> body, ref int at)
    {
        var name = Encoding.UTF8.GetString(body.Slice(at + 1, body[at]));
        at += body[at] + 2;
        return name;
    }
}

/// <summary>Reads rows of an event, each value as plain text of its own kind (https://mariadb.com/kb/en/rows_event_v1v2-rows_compressed_event_v1/).</summary>
internal static class RowReader
{
    /// <summary>Images in the event's order; an update has two for each row, the old one first. A value null: NULL.</summary>
    public static List<object?[]> Read(ReadOnlySpan<byte> body, TableMapEvent table, bool isUpdate)
    {
        var at = 8;
        var columns = Packed(body, ref at);
        at += (isUpdate ? 2 : 1) * ((columns + 7) / 8); // every column is there: binlog_row_image=FULL
        var rows = new List<object?[]>();
        while (at < body.Length)
        {
            var nulls = body.Slice(at, (columns + 7) / 8);
            at += nulls.Length;
            var row = new object?[columns];
            for (var i = 0; i < columns; i++)
                if ((nulls[i / 8] & (1 << (i % 8))) == 0) row[i] = Value(body, ref at, table.Types[i], table.Meta[i]);
            rows.Add(row);
        }

        return rows;
    }

    public static int Packed(ReadOnlySpan<byte> body, ref int at)
    {
        var first = body[at++];
        if (first < 251) return first;
        var length = first == 252 ? 2 : 3;
        var value = (int)Little(body.Slice(at, length));
        at += length;
        return value;
    }

    private static object Value(ReadOnlySpan<byte> body, ref int at, byte type, byte[] meta)
    {
        if (type == 254 && meta[0] is 247 or 248) (type, meta) = (meta[0], [meta[1], 0]);
        switch (type)
        {
            case 1 or 13: return Little(Take(body, ref at, 1));
            case 2: return Little(Take(body, ref at, 2));
            case 9 or 10: return Little(Take(body, ref at, 3));
            case 3: return Little(Take(body, ref at, 4));
            case 8: return Little(Take(body, ref at, 8));
            case 4: return BinaryPrimitives.ReadSingleLittleEndian(Take(body, ref at, 4)).ToString("R", CultureInfo.InvariantCulture);
            case 5: return BinaryPrimitives.ReadDoubleLittleEndian(Take(body, ref at, 8)).ToString("R", CultureInfo.InvariantCulture);
            case 246: return Decimal(body, ref at, meta[0], meta[1]);
            case 247: return Little(Take(body, ref at, meta[0] == 0 ? 1 : meta[0]));
            case 248: return Little(Take(body, ref at, meta[0]));
            case 16: return Take(body, ref at, meta[1] + (meta[0] > 0 ? 1 : 0)).ToArray();
            case 15: return Counted(body, ref at, (meta[0] | (meta[1] << 8)) > 255 ? 2 : 1);
            case 254: return Counted(body, ref at, ((((meta[0] & 0x30) ^ 0x30) << 4) | meta[1]) > 255 ? 2 : 1);
            case 252 or 255: return Counted(body, ref at, meta[0]);
            case 17: return (Big(Take(body, ref at, 4)), Fraction(body, ref at, meta[0]));
            case 18: return (Big(Take(body, ref at, 5)), Fraction(body, ref at, meta[0]));
            case 19: return Time(body, ref at, meta[0]);
            default: throw new InvalidOperationException($"The stand-in does not read columns of the type {type}.");
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> body, ref int at, int length)
    {
        var bytes = body.Slice(at, length);
        at += length;
        return bytes;
    }

    private static byte[] Counted(ReadOnlySpan<byte> body, ref int at, int lengthBytes)
    {
        var length = (int)Little(Take(body, ref at, lengthBytes));
        return Take(body, ref at, length).ToArray();
    }

    private static ulong Little(ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    private static long Big(ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        foreach (var b in bytes) value = (value << 8) | b;
        return value;
    }

    /// <summary>Microseconds.</summary>
    private static long Fraction(ReadOnlySpan<byte> body, ref int at, int digits)
    {
        var bytes = (digits + 1) / 2;
        return Big(Take(body, ref at, bytes)) * (bytes switch { 1 => 10_000, 2 => 100, _ => 1 });
    }

    /// <summary>Microseconds, also below zero: hours, minutes, seconds and fraction are one number with an offset.</summary>
    private static object Time(ReadOnlySpan<byte> body, ref int at, int digits)
    {
        var bytes = (digits + 1) / 2;
        var packed = Big(Take(body, ref at, 3 + bytes)) - (0x800000L << (8 * bytes));
        var (sign, size) = (Math.Sign(packed), Math.Abs(packed));
        var fraction = (size & ((1L << (8 * bytes)) - 1)) * (bytes switch { 1 => 10_000, 2 => 100, _ => 1 });
        var clock = size >> (8 * bytes);
        return sign * (((((clock >> 12) & 0x3FF) * 3600) + (((clock >> 6) & 0x3F) * 60) + (clock & 0x3F)) * 1_000_000 + fraction);
    }

    /// <summary>Groups of nine digits in four bytes each, the odd ones in fewer; the first bit is the sign, negative numbers are inverted.</summary>
    private static object Decimal(ReadOnlySpan<byte> body, ref int at, int precision, int scale)
    {
        int[] sizes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
        var whole = precision - scale;
        var length = sizes[whole % 9] + (whole / 9 * 4) + (scale / 9 * 4) + sizes[scale % 9];
        var bytes = Take(body, ref at, length).ToArray();
        var isNegative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= 0x80;
        if (isNegative) for (var i = 0; i < bytes.Length; i++) bytes[i] ^= 0xFF;
        var (digits, place) = (new StringBuilder(), 0);
        void Group(int count)
        {
            var size = count == 9 ? 4 : sizes[count];
            digits.Append(Big(bytes.AsSpan(place, size)).ToString(CultureInfo.InvariantCulture).PadLeft(count, '0'));
            place += size;
        }

        if (whole % 9 > 0) Group(whole % 9);
        for (var i = 0; i < whole / 9; i++) Group(9);
        var point = digits.Length;
        for (var i = 0; i < scale / 9; i++) Group(9);
        if (scale % 9 > 0) Group(scale % 9);
        var number = BigInteger.Parse("0" + digits.ToString(0, point), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        var text = scale == 0 ? number : $"{number}.{digits.ToString(point, scale)}";
        return isNegative ? "-" + text : text;
    }
}
