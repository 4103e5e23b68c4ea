using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>
/// The one place where names and texts become SQL. A quote is doubled; a backslash means nothing in an identifier
/// (https://www.postgresql.org/docs/15/sql-syntax-lexical.html).
/// </summary>
public static class PgName
{
    public static string Quote(string identifier) =>
        identifier.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("an identifier cannot hold a NUL character", nameof(identifier))
            : $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Quote(TableRef table) => $"{Quote(table.Schema)}.{Quote(table.Name)}";

    public static string Columns(IEnumerable<ColumnSchema> columns) => string.Join(", ", columns.Select(c => Quote(c.Name)));

    /// <summary>A text literal; escape-string form when there is a backslash, so that it means the same under every setting.</summary>
    public static string Literal(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("a literal cannot hold a NUL character", nameof(text));
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal)
            ? $"E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }
}
