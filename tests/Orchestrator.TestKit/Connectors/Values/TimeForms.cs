using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Dates, times and intervals as the recorded connector wrote them, infinite ones included.</summary>
internal static partial class TimeForms
{
    /// <summary>Decimals of the second by the column's type modifier; without one it is 6.</summary>
    public static int Digits(int modifier) => modifier is >= 0 and <= 6 ? modifier : 6;

    public static ValueForm Date() => new("int32", t => t switch
    {
        "infinity" => "-622191234",
        "-infinity" => "-2147472691",
        _ => Number(PgMoment.Parse(t).Days),
    }) { Name = "io.debezium.time.Date", Zero = "0" };

    public static ValueForm Time(int modifier, bool alwaysMicros) => Digits(modifier) <= 3 && !alwaysMicros
        ? new("int32", t => Number(PgMoment.Parse(t).Micros / 1000)) { Name = "io.debezium.time.Time", Zero = "0" }
        : new("int64", t => Number(PgMoment.Parse(t).Micros)) { Name = "io.debezium.time.MicroTime", Zero = "0" };

    public static ValueForm Timestamp(int modifier) => Digits(modifier) <= 3
        ? new("int64", t => Number(Infinite(t) / 1000 ?? PgMoment.Parse(t).UnixMicros / 1000)) { Name = "io.debezium.time.Timestamp", Zero = "0" }
        : new("int64", t => Number(Infinite(t) ?? PgMoment.Parse(t).UnixMicros)) { Name = "io.debezium.time.MicroTimestamp", Zero = "0" };

    public static ValueForm ZonedTimestamp(int modifier) => new("string", t => t is "infinity" or "-infinity"
        ? JsonText.Quote(t)
        : JsonText.Quote(PgMoment.Iso(PgMoment.Parse(t).UnixMicros, Digits(modifier))))
    {
        Name = "io.debezium.time.ZonedTimestamp",
        Zero = JsonText.Quote(PgMoment.Iso(0, Digits(modifier))),
    };

    public static ValueForm ZonedTime() => new("string", t =>
    {
        var moment = PgMoment.Parse(t);
        var micros = (moment.Micros - (moment.OffsetSeconds * 1_000_000L) + PgMoment.MicrosPerDay) % PgMoment.MicrosPerDay;
        var digits = micros % 1_000_000 == 0 ? 0 : 6;
        return JsonText.Quote((digits == 0 ? PgMoment.Time(micros, 0) : PgMoment.Time(micros, digits).TrimEnd('0')) + "Z");
    }) { Name = "io.debezium.time.ZonedTime", Zero = "\"00:00:00Z\"" };

    public static ValueForm Interval(bool asText) => asText
        ? new("string", t => JsonText.Quote(IsoInterval(t))) { Name = "io.debezium.time.Interval", Zero = "\"P0Y0M0DT0H0M0S\"" }
        : new("int64", t => Number(IntervalMicros(t))) { Name = "io.debezium.time.MicroDuration", Zero = "0" };

    private static long? Infinite(string text) => text switch
    {
        "infinity" => 9_223_372_036_825_200_000,
        "-infinity" => -9_223_372_036_832_400_000,
        _ => null,
    };

    private static string IsoInterval(string text)
    {
        var (months, days, micros) = Parse(text);
        var seconds = (micros % 60_000_000 / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"P{months / 12}Y{months % 12}M{days}DT{micros / 3_600_000_000}H{micros / 60_000_000 % 60}M{seconds}S");
    }

    /// <summary>A month is 30.4375 days there.</summary>
    private static long IntervalMicros(string text)
    {
        var (months, days, micros) = Parse(text);
        return (long)(((months * 30.4375m) + days) * PgMoment.MicrosPerDay) + micros;
    }

    private static (long Months, long Days, long Micros) Parse(string text)
    {
        var match = PgInterval().Match(text);
        if (!match.Success) throw new FormatException($"\"{text}\" is no interval as PostgreSQL writes it.");
        long Part(string name) => match.Groups[name] is { Success: true } g ? long.Parse(g.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var fraction = long.Parse(match.Groups["fraction"].Value.PadRight(6, '0'), CultureInfo.InvariantCulture);
        var micros = (((Part("hours") * 60) + Part("minutes")) * 60 + Part("seconds")) * 1_000_000 + fraction;
        return ((Part("years") * 12) + Part("months"), Part("days"), match.Groups["sign"].Value == "-" ? -micros : micros);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^((?<years>[+-]?\d+) years? ?)?((?<months>[+-]?\d+) mons? ?)?((?<days>[+-]?\d+) days? ?)?((?<sign>[+-])?(?<hours>\d+):(?<minutes>\d\d):(?<seconds>\d\d)(\.(?<fraction>\d+))?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex PgInterval();
}
