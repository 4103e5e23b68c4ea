using System.Globalization;

namespace Orchestrator.Workflow.Reports;

/// <summary>Amounts as people read them: <c>19.2 MiB</c>, <c>4 min 05 s</c>.</summary>
public static class Units
{
    private static readonly string[] ByteNames = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < ByteNames.Length - 1; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? $"{bytes:0}" : $"{bytes:0.0}")} {ByteNames[unit]}");
    }

    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time switch
        {
            { TotalSeconds: < 1 } => $"{time.TotalMilliseconds:0} ms",
            { TotalMinutes: < 1 } => $"{time.TotalSeconds:0.0} s",
            { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
            { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes:00} min",
            _ => $"{time.Days} d {time.Hours} h",
        };
    }
}
