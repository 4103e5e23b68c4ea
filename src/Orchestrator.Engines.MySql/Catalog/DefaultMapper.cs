using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Turns a column's default, and what every update sets it to, into expressions of PostgreSQL.</summary>
internal static partial class DefaultMapper
{
    /// <param name="column">The source's column.</param>
    /// <param name="target">What it becomes.</param>
    /// <param name="mariaDb">MariaDB writes defaults as SQL, MySQL writes constants as they are.</param>
    /// <param name="expression">The default; null: none.</param>
    /// <returns>False: there is one, and it cannot be translated.</returns>
    public static bool TryMap(SourceColumn column, ColumnSchema target, bool mariaDb, out string? expression)
    {
        expression = null;
        if (column.Default is not { } text || column.IsAutoIncrement || column.IsGenerated || (mariaDb && text == "NULL")) return true;
        if (Clock(text, target.CastType) is { } clock)
        {
            expression = clock;
            return true;
        }

        var isExpression = mariaDb ? !IsConstant(text) : column.Extra.Contains("DEFAULT_GENERATED", StringComparison.OrdinalIgnoreCase);
        if (isExpression)
        {
            expression = text.Trim('(', ')').Equals("uuid", StringComparison.OrdinalIgnoreCase) ? "gen_random_uuid()" + (target.CastType == "uuid" ? "" : "::text") : null;
            return expression is not null;
        }

        // MySQL tells the default of bytes by their digits, and no way to tell that from a text.
        if (!mariaDb && target.CastType == "bytea" && text.StartsWith("0x", StringComparison.Ordinal)) return false;
        expression = Constant(mariaDb ? Unquote(text) : text, target);
        return expression is not null;
    }

    /// <summary>What every update sets the column to unless it names it; null: nothing.</summary>
    public static string? OnUpdate(SourceColumn column, ColumnSchema target)
    {
        var at = column.Extra.IndexOf("on update ", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : Clock(column.Extra[(at + "on update ".Length)..].Split(',')[0], target.CastType);
    }

    private static string? Clock(string text, string type)
    {
        var match = Now().Match(text);
        if (!match.Success) return null;
        var digits = match.Groups["digits"].Value is { Length: > 0 } d ? d : "0";
        return type switch
        {
            "timestamp with time zone" => $"CURRENT_TIMESTAMP({digits})",
            "timestamp without time zone" => $"LOCALTIMESTAMP({digits})",
            "date" => "CURRENT_DATE",
            _ => null,
        };
    }

    private static bool IsConstant(string text) =>
        text.StartsWith('\'') || BitLiteral().IsMatch(text) || decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Unquote(string text) => text.StartsWith('\'')
        ? Escape().Replace(text[1..^1], m => m.Value switch { "\\0" => "\0", "\\n" => "\n", "\\r" => "\r", var escape => escape[1..] })
        : text;

    private static string? Constant(string text, ColumnSchema target) => target.CastType switch
    {
        "boolean" => text is "1" or "b'1'" ? "true" : text is "0" or "b'0'" ? "false" : null,
        "\"bit\"" => BitLiteral().Match(text) is { Success: true } bits ? $"B'{bits.Groups["bits"].Value.PadLeft(Width(target.Type), '0')}'" : null,
        "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" => Number(text),
        "date" or "timestamp with time zone" or "timestamp without time zone" =>
            ValueText.IsNoDate(Encoding.UTF8.GetBytes(text)) ? null : $"'{Escaped(text)}'::{target.CastType}",
        "bytea" => $"'\\x{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))}'::bytea",
        "jsonb" or "json" => null,
        "bpchar" => $"'{Escaped(text)}'::bpchar",
        _ => $"'{Escaped(text)}'::{target.CastType}",
    };

    private static string? Number(string text) =>
        BitLiteral().Match(text) is { Success: true } bits ? Convert.ToUInt64(bits.Groups["bits"].Value, 2).ToString(CultureInfo.InvariantCulture)
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? text : null;

    private static int Width(string bitType) => int.Parse(bitType.AsSpan(4, bitType.Length - 5), CultureInfo.InvariantCulture);

    // standard_conforming_strings is on in our sessions: a backslash is a backslash.
    private static string Escaped(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    [GeneratedRegex(@"^\(?(current_timestamp|now|localtimestamp|localtime|curdate|current_date)(\((?<digits>\d?)\))?\)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Now();

    [GeneratedRegex(@"\\.|''", RegexOptions.Singleline)]
    private static partial Regex Escape();

    [GeneratedRegex("^b'(?<bits>[01]+)'$", RegexOptions.ExplicitCapture)]
    private static partial Regex BitLiteral();
}
