using System.Globalization;
using System.Text;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>Numbers and names as people read them. What is unknown is —.</summary>
internal static class Figures
{
    public const string Unknown = "—";

    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    private static readonly (double Size, string Unit)[] CountUnits = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>41.2 M; digits below 10,000 in full.</summary>
    public static string ShortCount(long n)
    {
        if (Math.Abs(n) < 10_000) return Count(n);
        foreach (var (size, unit) in CountUnits)
            if (Math.Abs(n) >= size) return string.Create(CultureInfo.InvariantCulture, $"{n / size:0.0} {unit}");
        return Count(n);
    }

    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; Math.Abs(bytes) >= 1000 && unit < ByteUnits.Length - 1; unit++) bytes /= 1024;
        var format = unit == 0 || bytes >= 100 ? "0" : "0.0";
        return $"{bytes.ToString(format, CultureInfo.InvariantCulture)} {ByteUnits[unit]}";
    }

    /// <summary>Of something measured: 0.31 s, 41 s, 2 min 10 s, 1 h 05 min.</summary>
    public static string Time(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(10)) return string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
        if (time < TimeSpan.FromMinutes(1)) return $"{time.TotalSeconds:0} s";
        if (time < TimeSpan.FromHours(1)) return $"{(int)time.TotalMinutes} min {time.Seconds:00} s";
        return $"{(int)time.TotalHours} h {time.Minutes:00} min";
    }

    public static string Percent(double? percent) =>
        percent is { } p ? string.Create(CultureInfo.InvariantCulture, $"{p:0.0} %") : Unknown;

    /// <summary>Of something estimated, rounded: to 10 s below 10 min, to 1 min below 1 h, then to 5 min.</summary>
    public static TimeSpan Rounded(TimeSpan time)
    {
        var step = time < TimeSpan.FromMinutes(10) ? 10 : time < TimeSpan.FromHours(1) ? 60 : 300;
        return TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds / step) * step);
    }

    /// <summary>~24-29 min, ~1 h 10 min, ~40 s.</summary>
    public static string Eta(EtaRange range)
    {
        var (least, most) = (Rounded(range.Least), Rounded(range.Most));
        if (least == most) return "~" + Rough(most);
        var minutes = least >= TimeSpan.FromMinutes(1) && most < TimeSpan.FromHours(1) && least.Seconds == 0 && most.Seconds == 0;
        return minutes ? $"~{(int)least.TotalMinutes}-{(int)most.TotalMinutes} min" : $"~{Rough(least)} - {Rough(most)}";
    }

    public static string Rough(TimeSpan rounded)
    {
        if (rounded < TimeSpan.FromMinutes(1)) return $"{rounded.TotalSeconds:0} s";
        if (rounded < TimeSpan.FromHours(1))
            return rounded.Seconds == 0 ? $"{(int)rounded.TotalMinutes} min" : $"{(int)rounded.TotalMinutes} min {rounded.Seconds:00} s";
        return $"{(int)rounded.TotalHours} h {rounded.Minutes:00} min";
    }

    /// <summary>1 row, 3 rows.</summary>
    public static string Plural(long n, string one, string? many = null) => $"{Count(n)} {(n == 1 ? one : many ?? one + "s")}";

    /// <summary>Cut in the middle; nothing else is lost of it.</summary>
    public static string Middle(string text, int width)
    {
        if (text.Length <= width) return text;
        var head = (width - 1) / 2;
        return $"{text[..head]}~{text[^(width - 1 - head)..]}";
    }

    /// <summary>Names come from databases: control characters in them must not reach a terminal.</summary>
    public static string Safe(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var safe = new StringBuilder();
        foreach (var c in text)
            safe.Append(char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString());
        return safe.ToString();
    }
}
