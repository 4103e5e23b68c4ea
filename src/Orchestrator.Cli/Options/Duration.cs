using System.Globalization;

namespace Orchestrator.Cli.Options;

/// <summary>A length of time as people write it: a number and <c>ms</c>, <c>s</c>, <c>m</c> or <c>h</c>.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    public static bool TryParse(string text, out TimeSpan value)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) continue;
            if (number * milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2) break;
            value = TimeSpan.FromMilliseconds(number * milliseconds);
            return true;
        }

        value = default;
        return false;
    }
}
