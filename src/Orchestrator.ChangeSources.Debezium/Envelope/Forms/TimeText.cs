using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// Dates and times that Debezium counts, as PostgreSQL's text (ISO style). Infinity has no number of its own: the connector
/// writes what its driver's placeholder for it happens to give, which is recognised here.
/// </summary>
internal static class TimeText
{
    private const long InfinityMicros = 9_223_372_036_825_200_000, MinusInfinityMicros = -9_223_372_036_832_400_000;
    private const int InfinityDays = -622_191_234, MinusInfinityDays = -2_147_472_691;
    private const long SecondsPerDay = 86_400;
    private const int FirstYear = -4713, LastDateYear = 5_874_897, LastTimestampYear = 294_276;

    /// <param name="days">Days since 1970.</param>
    /// <param name="output">Takes the text.</param>
    public static void Date(long days, RentedList<byte> output)
    {
        if (days is InfinityDays or MinusInfinityDays)
        {
            output.Append(days == InfinityDays ? "infinity"u8 : "-infinity"u8);
            return;
        }

        if (WriteDate(days, LastDateYear, output)) output.Append(" BC"u8);
    }

    /// <param name="count">Units since 1970.</param>
    /// <param name="perSecond">How many units make a second.</param>
    /// <param name="output">Takes the text.</param>
    public static void Timestamp(long count, int perSecond, RentedList<byte> output)
    {
        if (IsInfinity(count, perSecond))
        {
            output.Append(count > 0 ? "infinity"u8 : "-infinity"u8);
            return;
        }

        var perDay = SecondsPerDay * perSecond;
        var days = Math.DivRem(count, perDay, out var rest);
        if (rest < 0) (days, rest) = (days - 1, rest + perDay);
        var isBeforeChrist = WriteDate(days, LastTimestampYear, output);
        output.Add((byte)' ');
        Clock(rest, perSecond, output);
        if (isBeforeChrist) output.Append(" BC"u8);
    }

    /// <summary>From 00:00:00 to 24:00:00.</summary>
    public static void TimeOfDay(long count, int perSecond, RentedList<byte> output)
    {
        if (count < 0 || count > SecondsPerDay * perSecond) throw EnvelopeErrors.Value($"{count} is no time of day");
        Clock(count, perSecond, output);
    }

    /// <summary>Hours, minutes and seconds, as many hours as it takes.</summary>
    public static void Duration(long count, int perSecond, RentedList<byte> output)
    {
        if (count == long.MinValue) throw EnvelopeErrors.Value($"{count} is no length of time");
        if (count < 0) output.Add((byte)'-');
        Clock(Math.Abs(count), perSecond, output);
    }

    /// <summary>ISO 8601 in UTC as the target's text; Debezium writes infinity as words and years before Christ as negative or zero.</summary>
    public static void Zoned(ReadOnlySpan<byte> text, RentedList<byte> output)
    {
        var t = text.IndexOf((byte)'T');
        if (t < 0 || text[^1] != 'Z')
        {
            output.Append(text); // infinity, or a zone that is written out
            return;
        }

        var date = text[..t];
        var isNegative = date[0] == '-';
        if (isNegative || date[0] == '+') date = date[1..];
        var year = isNegative ? -1L : 1L;
        var isBeforeChrist = isNegative || date.StartsWith("0000-"u8);
        if (isBeforeChrist)
        {
            var dash = date.IndexOf((byte)'-');
            year = 0;
            foreach (var digit in date[..dash]) year = (year * 10) + digit - '0';
            Number(year + 1, 4, output);
            date = date[dash..];
        }

        output.Append(date);
        output.Add((byte)' ');
        output.Append(text[(t + 1)..^1]);
        output.Append("+00"u8);
        if (isBeforeChrist) output.Append(" BC"u8);
    }

    private static bool IsInfinity(long count, int perSecond) => perSecond switch
    {
        ValueForm.Micros => count is InfinityMicros or MinusInfinityMicros,
        ValueForm.Millis => count is InfinityMicros / 1000 or MinusInfinityMicros / 1000 or InfinityMicros or MinusInfinityMicros,
        ValueForm.Nanos => count is long.MaxValue or long.MinValue,
        _ => false,
    };

    /// <summary>Civil date from days, era by era of 400 years (Hinnant, chrono-compatible low-level date algorithms).</summary>
    /// <returns>It lies before Christ.</returns>
    private static bool WriteDate(long days, int lastYear, RentedList<byte> output)
    {
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = shifted - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        month = month < 10 ? month + 3 : month - 9;
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        if (year < FirstYear || year > lastYear) throw EnvelopeErrors.Lost($"day {days} since 1970 is outside PostgreSQL's dates (infinity written in a way that is not known?)");
        var isBeforeChrist = year <= 0;
        Number(isBeforeChrist ? 1 - year : year, 4, output);
        output.Add((byte)'-');
        Number(month, 2, output);
        output.Add((byte)'-');
        Number(day, 2, output);
        return isBeforeChrist;
    }

    /// <summary>A fraction is written without zeros at its end, as PostgreSQL does.</summary>
    private static void Clock(long count, int perSecond, RentedList<byte> output)
    {
        var seconds = Math.DivRem(count, perSecond, out var fraction);
        Number(seconds / 3600, 2, output);
        output.Add((byte)':');
        Number(seconds / 60 % 60, 2, output);
        output.Add((byte)':');
        Number(seconds % 60, 2, output);
        if (fraction == 0) return;
        if (perSecond == ValueForm.Nanos && fraction % 1000 != 0) throw EnvelopeErrors.Lost($"{count} ns is finer than a microsecond");
        var digits = perSecond switch { ValueForm.Millis => 3, ValueForm.Micros => 6, _ => 9 };
        for (; fraction % 10 == 0; fraction /= 10) digits--;
        output.Add((byte)'.');
        Number(fraction, digits, output);
    }

    /// <summary>At least that many digits.</summary>
    private static void Number(long number, int digits, RentedList<byte> output)
    {
        while (digits < Powers.Length && Powers[digits] <= number) digits++;
        var text = output.Extend(digits);
        for (var i = digits - 1; i >= 0; i--)
        {
            text[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }

    private static ReadOnlySpan<long> Powers =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    ];
}
