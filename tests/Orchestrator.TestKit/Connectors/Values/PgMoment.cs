using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A date, time or both in PostgreSQL's ISO text form, also before Christ and beyond year 9999.</summary>
/// <param name="Days">Days since 1970-01-01 in the proleptic Gregorian calendar.</param>
/// <param name="Micros">Microseconds since midnight; up to 24 hours inclusive.</param>
/// <param name="OffsetSeconds">Offset east of UTC.</param>
internal readonly partial record struct PgMoment(long Days, long Micros, int OffsetSeconds)
{
    public const long MicrosPerDay = 86_400_000_000;

    /// <summary>Microseconds since 1970 in UTC.</summary>
    public long UnixMicros => unchecked((Days * MicrosPerDay) + Micros - (OffsetSeconds * 1_000_000L));

    public static PgMoment Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success) throw new FormatException($"\"{text}\" is no date or time as PostgreSQL writes it.");
        long Part(string name) => match.Groups[name] is { Success: true } g ? long.Parse(g.Value, CultureInfo.InvariantCulture) : 0;
        var year = match.Groups["bc"].Success ? 1 - Part("year") : Part("year");
        var days = match.Groups["year"].Success ? DaysOf(year, (int)Part("month"), (int)Part("day")) : 0;
        var fraction = long.Parse(match.Groups["fraction"].Value.PadRight(6, '0'), CultureInfo.InvariantCulture);
        var micros = (((Part("hour") * 60) + Part("minute")) * 60 + Part("second")) * 1_000_000 + fraction;
        var offset = (int)((Part("oh") * 3600) + (Part("om") * 60) + Part("os"));
        return new PgMoment(days, micros, match.Groups["sign"].Value == "-" ? -offset : offset);
    }

    /// <summary>As Java writes an instant's date and time: a sign before years that need it.</summary>
    /// <param name="unixMicros">Microseconds since 1970, UTC.</param>
    /// <param name="digits">Decimals of the second.</param>
    public static string Iso(long unixMicros, int digits)
    {
        var days = (long)Math.Floor(unixMicros / (decimal)MicrosPerDay);
        var (year, month, day) = DateOf(days);
        var years = year switch
        {
            < 0 => "-" + (-year).ToString("0000", CultureInfo.InvariantCulture),
            > 9999 => "+" + year.ToString(CultureInfo.InvariantCulture),
            _ => year.ToString("0000", CultureInfo.InvariantCulture),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{years}-{month:00}-{day:00}T{Time(unixMicros - (days * MicrosPerDay), digits)}Z");
    }

    /// <summary>hh:mm:ss with that many decimals.</summary>
    public static string Time(long micros, int digits)
    {
        var seconds = micros / 1_000_000;
        var fraction = (micros % 1_000_000).ToString("000000", CultureInfo.InvariantCulture)[..digits];
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{(digits > 0 ? "." : "")}{fraction}");
    }

    // Civil calendar arithmetic by eras of 400 years that begin in March (https://howardhinnant.github.io/date_algorithms.html).
    private static long DaysOf(long year, int month, int day)
    {
        year -= month <= 2 ? 1 : 0;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    private static (long Year, int Month, int Day) DateOf(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * dayOfYear) + 2) / 153;
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (((153 * shifted) + 2) / 5) + 1));
    }

    [GeneratedRegex(@"^((?<year>\d{4,})-(?<month>\d\d)-(?<day>\d\d))?( ?(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(\.(?<fraction>\d{1,6}))?)?((?<sign>[+-])(?<oh>\d\d)(:(?<om>\d\d))?(:(?<os>\d\d))?)?(?<bc> BC)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
