using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// Dates and times as they are stored: the packed forms since MySQL 5.6 and MariaDB 10.1 (sql-common/my_time.c), and the older
/// ones of tables that were never rebuilt.
/// </summary>
internal static class BinaryTime
{
    private const int LastYear = 9999, MostHours = 838;

    /// <summary>Bytes of a fraction with that many digits.</summary>
    public static int FractionSize(int digits) => (digits + 1) / 2;

    public static void Date(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var packed = value[0] | (value[1] << 8) | (value[2] << 16);
        Require(packed >> 9 <= LastYear && ((packed >> 5) & 15) <= 12);
        Put(output, string.Create(CultureInfo.InvariantCulture, $"{packed >> 9:0000}-{(packed >> 5) & 15:00}-{packed & 31:00}"));
    }

    /// <summary>5 bytes: sign, 17 bits year * 13 + month, 5 day, 5 hour, 6 minute, 6 second.</summary>
    public static void DateTime(ReadOnlySpan<byte> value, int digits, ArrayBufferWriter<byte> output)
    {
        var packed = (long)Big(value[..5]) - 0x8000000000L;
        var (days, time) = (packed >> 17, packed & 0x1FFFF);
        var months = days >> 5;
        Require(packed >= 0 && months / 13 <= LastYear && time >> 12 < 24 && ((time >> 6) & 63) < 60 && (time & 63) < 60);
        Put(output, string.Create(
            CultureInfo.InvariantCulture,
            $"{months / 13:0000}-{months % 13:00}-{days & 31:00} {time >> 12:00}:{(time >> 6) & 63:00}:{time & 63:00}{Fraction((long)Big(value[5..]), digits)}"));
    }

    /// <summary>4 bytes seconds since 1970; 0 stands for no date at all.</summary>
    public static void Timestamp(ReadOnlySpan<byte> value, int digits, ArrayBufferWriter<byte> output) =>
        Seconds(BinaryPrimitives.ReadUInt32BigEndian(value), (long)Big(value[4..]), digits, output);

    public static void OldTimestamp(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output) =>
        Seconds(BinaryPrimitives.ReadUInt32LittleEndian(value), 0, 0, output);

    /// <summary>8 bytes: the digits of the date and time as a number.</summary>
    public static void OldDateTime(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var text = BinaryPrimitives.ReadUInt64LittleEndian(value).ToString("D14", CultureInfo.InvariantCulture);
        Put(output, $"{text[..4]}-{text[4..6]}-{text[6..8]} {text[8..10]}:{text[10..12]}:{text[12..]}");
    }

    /// <summary>3 bytes: sign, 1 unused, 10 hours, 6 minutes, 6 seconds; a negative time is the complement of the whole with its fraction.</summary>
    public static void Time(ReadOnlySpan<byte> value, int digits, ArrayBufferWriter<byte> output)
    {
        var bits = FractionSize(digits) * 8;
        var packed = (long)Big(value) - (0x800000L << bits);
        var sign = packed < 0 ? "-" : "";
        packed = Math.Abs(packed);
        var whole = packed >> bits;
        Require(whole >> 12 <= MostHours && ((whole >> 6) & 63) < 60 && (whole & 63) < 60);
        Put(output, string.Create(
            CultureInfo.InvariantCulture,
            $"{sign}{(whole >> 12) & 0x3FF:00}:{(whole >> 6) & 63:00}:{whole & 63:00}{Fraction(packed & ((1L << bits) - 1), digits)}"));
    }

    /// <summary>3 bytes: the digits of the time as a number.</summary>
    public static void OldTime(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var packed = value[0] | (value[1] << 8) | ((sbyte)value[2] << 16);
        var number = Math.Abs(packed);
        Put(output, string.Create(CultureInfo.InvariantCulture, $"{(packed < 0 ? "-" : "")}{number / 10000:00}:{number / 100 % 100:00}:{number % 100:00}"));
    }

    private static void Seconds(uint seconds, long fraction, int digits, ArrayBufferWriter<byte> output)
    {
        if (seconds == 0)
        {
            Put(output, "0000-00-00 00:00:00");
            return;
        }

        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Put(output, moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(fraction, digits));
    }

    /// <summary>Stored are pairs of digits: an odd number of them has a zero more.</summary>
    private static string Fraction(long stored, int digits)
    {
        if (digits == 0) return "";
        var text = stored.ToString("D" + (FractionSize(digits) * 2).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        Require(text.Length == FractionSize(digits) * 2);
        return "." + text[..digits];
    }

    private static void Require(bool isMoment)
    {
        if (!isMoment) throw new DamagedValue("no date or time");
    }

    private static ulong Big(ReadOnlySpan<byte> value)
    {
        var number = 0UL;
        foreach (var b in value) number = (number << 8) | b;
        return number;
    }

    private static void Put(ArrayBufferWriter<byte> output, string text) => output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
}
