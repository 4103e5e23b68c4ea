using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>Dates counted from a beginning, for columns of which the user says which; nothing is rounded.</summary>
internal static class DateNumber
{
    private const double MillisecondsPerDay = 86_400_000;

    /// <summary>0001-01-01 00:00:00, the first moment there is here, in milliseconds of julian days.</summary>
    private const long FirstJulian = 148_731_163_200_000;

    private static readonly DateTime First = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

    /// <summary>Seconds or milliseconds since 1970.</summary>
    /// <returns>Null: it is finer than a microsecond, or out of the years 1 to 9999.</returns>
    public static DateTime? OfUnix(ColumnConversion conversion, ExactNumber number) =>
        number.TryScale(conversion == ColumnConversion.UnixSeconds ? 6 : 3, out var microseconds) ? Moment(DateTime.UnixEpoch, microseconds, TimeSpan.TicksPerMicrosecond) : null;

    /// <summary>
    /// SQLite keeps such numbers to the millisecond (https://www.sqlite.org/lang_datefunc.html, 2): one that is none of those it
    /// would write itself is finer.
    /// </summary>
    /// <returns>Null: it is finer than a millisecond, or out of the years 1 to 9999.</returns>
    public static DateTime? OfJulian(double days)
    {
        if (days is not (> 0 and < 5_373_485)) return null;
        var milliseconds = (long)((days * MillisecondsPerDay) + 0.5);
        return milliseconds / MillisecondsPerDay == days ? Moment(First, milliseconds - FirstJulian, TimeSpan.TicksPerMillisecond) : null;
    }

    private static DateTime? Moment(DateTime from, long units, long ticks)
    {
        var (least, most) = ((First.Ticks - from.Ticks) / ticks, (DateTime.MaxValue.Ticks - from.Ticks) / ticks);
        return units < least || units > most ? null : from.AddTicks(units * ticks);
    }
}
