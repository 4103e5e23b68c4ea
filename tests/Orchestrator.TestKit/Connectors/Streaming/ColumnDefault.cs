using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>The default a schema names for a column: constants, and the epoch in place of the time of day.</summary>
internal static partial class ColumnDefault
{
    /// <summary>JSON of the default; null: none that the connector knows.</summary>
    public static string? Json(string? expression, ValueForm form)
    {
        if (expression is null) return null;
        if (Now().IsMatch(expression)) return form.Name.StartsWith("io.debezium.time.", StringComparison.Ordinal) ? form.Zero : null;
        var match = Constant().Match(expression);
        if (!match.Success) return null;
        var text = match.Groups["text"].Success ? match.Groups["text"].Value.Replace("''", "'", StringComparison.Ordinal) : match.Groups["plain"].Value;
        return form.Json(text switch { "true" => "t", "false" => "f", _ => text });
    }

    [GeneratedRegex(@"^\(?(now\(\)|CURRENT_\w+|LOCALTIME\w*)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Now();

    [GeneratedRegex(@"^\(?('(?<text>([^']|'')*)'|(?<plain>-?\d+(\.\d+)?|true|false))\)?(::[\w"" .\[\](),]+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Constant();
}
