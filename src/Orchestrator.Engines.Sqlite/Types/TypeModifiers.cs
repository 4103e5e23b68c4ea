using System.Globalization;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>What stands in the parentheses of a type: numeric(10,2), varchar(20), timestamp(3).</summary>
internal static class TypeModifiers
{
    /// <summary>Empty: none, or no numbers.</summary>
    public static IReadOnlyList<int> Of(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var close = type.IndexOf(')', Math.Max(open, 0));
        if (open < 0 || close < 0) return [];
        var numbers = new List<int>();
        foreach (var part in type[(open + 1)..close].Split(','))
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)) return [];
            numbers.Add(number);
        }

        return numbers;
    }
}
