using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Turns a column's default into an expression of PostgreSQL's that gives the same value (CASES SP9).</summary>
internal static partial class DefaultMapper
{
    private const string Stamp = "'YYYY-MM-DD HH24:MI:SS'";

    /// <param name="text">As SQLite keeps it.</param>
    /// <param name="type">Type of the column on the target, without modifiers.</param>
    /// <param name="expression">The default; null: none.</param>
    /// <returns>False: there is one, and it cannot be translated.</returns>
    public static bool TryMap(string? text, string type, out string? expression)
    {
        expression = null;
        var sql = Bare(text?.Trim() ?? "NULL");
        if (sql.Equals("NULL", StringComparison.OrdinalIgnoreCase)) return true;
        expression = Clock(sql, type) ?? Constant(sql, type);
        return expression is not null;
    }

    private static string? Constant(string sql, string type)
    {
        if (BlobLiteral().Match(sql) is { Success: true } blob) return type == "bytea" ? $"'\\x{blob.Groups["hex"].Value.ToLowerInvariant()}'::bytea" : null;
        if (sql.Equals("true", StringComparison.OrdinalIgnoreCase)) sql = "1";
        if (sql.Equals("false", StringComparison.OrdinalIgnoreCase)) sql = "0";
        var isText = TextLiteral().Match(sql) is { Success: true };
        // A word in double quotes that names nothing is a text to SQLite.
        var value = isText ? sql[1..^1].Replace(new string(sql[0], 2), sql[..1], StringComparison.Ordinal) : sql;
        if (!isText && !Number().IsMatch(sql)) return null;
        if (value.Contains('\0', StringComparison.Ordinal)) return null;
        var isWhole = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        return type switch
        {
            // SQLite would write a fraction in its own way.
            "text" or "character varying" => isText || isWhole ? $"{Quoted(value)}::text" : null,
            "bigint" or "integer" or "smallint" => isWhole ? value.TrimStart('+') : null,
            "numeric" or "double precision" => Number().IsMatch(value) ? value.TrimStart('+') : null,
            "boolean" => value switch { "1" => "true", "0" => "false", _ => null },
            "bytea" => isText ? $"convert_to({Quoted(value)}, 'UTF8')" : null,
            _ => null,
        };
    }

    /// <summary>The time of the server in UTC; its local time would be another's.</summary>
    private static string? Clock(string sql, string type)
    {
        var word = Now().Match(sql) is { Success: true } now ? now.Groups["what"].Value.ToLowerInvariant() : sql.ToLowerInvariant();
        return (word, type) switch
        {
            ("current_timestamp" or "datetime", "text" or "character varying") => $"to_char(now() AT TIME ZONE 'UTC', {Stamp})",
            ("current_date" or "date", "text" or "character varying") => "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
            ("current_time" or "time", "text" or "character varying") => "to_char(now() AT TIME ZONE 'UTC', 'HH24:MI:SS')",
            ("current_timestamp" or "datetime", "timestamp without time zone") => "date_trunc('second', now() AT TIME ZONE 'UTC')",
            ("current_timestamp" or "datetime", "timestamp with time zone") => "date_trunc('second', now())",
            ("current_date" or "date", "date") => "(now() AT TIME ZONE 'UTC')::date",
            ("unixepoch", "bigint" or "integer" or "numeric" or "double precision") => "floor(extract(epoch FROM now()))",
            _ => null,
        };
    }

    private static string Bare(string sql)
    {
        while (sql.StartsWith('(') && sql.EndsWith(')') && !sql[1..^1].AsSpan().ContainsAny('(', ')')) sql = sql[1..^1].Trim();
        return sql;
    }

    // standard_conforming_strings is on in our sessions: a backslash is a backslash.
    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^\(?(?<what>datetime|date|time|unixepoch)\s*\(\s*(['""]now['""])?\s*\)\)?$|^\(?(?<what>current_timestamp|current_date|current_time)\)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Now();

    [GeneratedRegex("^[xX]'(?<hex>[0-9a-fA-F]*)'$", RegexOptions.ExplicitCapture)]
    private static partial Regex BlobLiteral();

    [GeneratedRegex("""^('([^']|'')*'|"([^"]|"")*")$""", RegexOptions.ExplicitCapture)]
    private static partial Regex TextLiteral();

    [GeneratedRegex(@"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
