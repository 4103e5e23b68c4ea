using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// Values of a document that JSON itself has no type for: decimals as numbers, dates and times as text, anything else as
/// <c>base64:type15:yv4=</c>.
/// </summary>
internal static class JsonOpaque
{
    private const int PackedSize = 8;

    /// <summary>More than a column's 65 digits: the server counts those before the point in words of nine.</summary>
    private const int MostDigits = 81;

    private const int MostScale = 30;

    /// <summary>Type numbers within documents, those of values in SQL rather than in rows of the log.</summary>
    private const byte Timestamp = 7, Date = 10, Time = 11, DateTime = 12, NewDecimal = 246, VarString = 253;

    /// <summary>The server breaks its base64 into lines.</summary>
    private const int LineLength = 76;

    /// <param name="type">Number of the MySQL type.</param>
    /// <param name="value">The value without its length.</param>
    /// <param name="output">Takes the text, quotes included.</param>
    /// <exception cref="DamagedValue">It is no value of that type.</exception>
    public static void Write(byte type, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        switch (type)
        {
            case NewDecimal: Decimal(value, output); break;
            case Date or DateTime or Timestamp: Quoted(DateText(Packed(value), type == Date), output); break;
            case Time: Quoted(TimeText(Packed(value)), output); break;
            case VarString when Utf8.IsValid(value): JsonText.String(value, output); break;
            default: Bytes(type, value, output); break;
        }
    }

    private static void Decimal(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        if (value.Length < 2) throw new DamagedValue("a decimal without its digits");
        var (precision, scale) = (value[0], value[1]);
        if (precision is 0 or > MostDigits || scale > MostScale || scale > precision || BinaryDecimal.Size(precision, scale) != value.Length - 2)
            throw new DamagedValue($"a decimal({precision},{scale}) in {value.Length - 2} bytes");
        BinaryDecimal.Write(value[2..], precision, scale, output);
    }

    private static long Packed(ReadOnlySpan<byte> value) => value.Length == PackedSize
        ? BinaryPrimitives.ReadInt64LittleEndian(value)
        : throw new DamagedValue($"a date or time in {value.Length} bytes");

    /// <summary>17 bits year * 13 + month, 5 day, 5 hour, 6 minute, 6 second, 24 fraction (TIME_from_longlong_datetime_packed).</summary>
    private static string DateText(long packed, bool isDate)
    {
        if (packed < 0) throw new DamagedValue("a date before all dates");
        var (fraction, whole) = (packed & 0xFF_FFFF, packed >> 24);
        var (days, time) = (whole >> 17, whole & 0x1FFFF);
        var months = days >> 5;
        var date = string.Create(CultureInfo.InvariantCulture, $"{months / 13:0000}-{months % 13:00}-{days & 31:00}");
        return isDate ? date : string.Create(CultureInfo.InvariantCulture, $"{date} {time >> 12:00}:{(time >> 6) & 63:00}:{time & 63:00}.{fraction:000000}");
    }

    /// <summary>10 bits hours, 6 minutes, 6 seconds, 24 fraction; negative as a whole (TIME_from_longlong_time_packed).</summary>
    private static string TimeText(long packed)
    {
        var (sign, size) = (packed < 0 ? "-" : "", Math.Abs(packed == long.MinValue ? 0 : packed));
        var (fraction, whole) = (size & 0xFF_FFFF, size >> 24);
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{(whole >> 12) & 0x3FF:00}:{(whole >> 6) & 63:00}:{whole & 63:00}.{fraction:000000}");
    }

    private static void Bytes(byte type, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"base64:type{type}:"));
        var encoded = Convert.ToBase64String(value);
        for (var i = 0; i < encoded.Length; i += LineLength)
        {
            if (i > 0) text.Append("\\n");
            text.Append(encoded, i, Math.Min(LineLength, encoded.Length - i));
        }

        Quoted(text.ToString(), output);
    }

    private static void Quoted(string text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
        output.Write("\""u8);
    }
}
