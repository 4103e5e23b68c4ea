using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>
/// Translates conditions that mean the same in both languages: comparisons of columns with columns and numbers. Text is left
/// alone, because the source compares it without regard to case and blanks, and so is every function.
/// </summary>
internal static partial class CheckMapper
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "and", "or", "not", "in", "between", "is", "null", "true", "false" };

    /// <summary>Null: it cannot be translated.</summary>
    /// <param name="expression">As the source's catalog prints it.</param>
    /// <param name="columns">Name on the target by name on the source; only columns that hold numbers or dates.</param>
    public static string? Map(string expression, IReadOnlyDictionary<string, string> columns)
    {
        var result = new StringBuilder();
        var at = 0;
        while (at < expression.Length)
        {
            var token = Token().Match(expression, at);
            if (!token.Success || token.Index != at) return null;
            at += token.Length;
            if (token.Groups["column"] is { Success: true } column)
            {
                if (!columns.TryGetValue(column.Value.Replace("``", "`", StringComparison.Ordinal), out var name)) return null;
                result.Append(TypeMap.Quote(name));
            }
            else if (token.Groups["word"] is { Success: true } word)
            {
                if (!Words.Contains(word.Value)) return null;
                result.Append(word.Value.ToUpperInvariant());
            }
            else
            {
                result.Append(token.Value == "!=" ? "<>" : token.Value);
            }
        }

        return result.ToString();
    }

    [GeneratedRegex(@"`(?<column>(``|[^`])+)`|(?<word>[A-Za-z_]+)|\d+(\.\d+)?|<>|<=|>=|!=|[=<>+\-*(),]|\s+", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
