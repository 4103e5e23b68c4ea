using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>
/// The one place where names and texts become SQL for MySQL. A backtick is doubled; in a literal a quote is doubled and,
/// because our sessions run with NO_BACKSLASH_ESCAPES, a backslash is a backslash
/// (https://dev.mysql.com/doc/refman/8.0/en/identifiers.html).
/// </summary>
internal static class MySqlName
{
    public static string Quote(string identifier) =>
        identifier.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("an identifier cannot hold a NUL character", nameof(identifier))
            : $"`{identifier.Replace("`", "``", StringComparison.Ordinal)}`";

    public static string Quote(TableRef table) => $"{Quote(table.Schema)}.{Quote(table.Name)}";

    /// <summary>Text in the session's character set; sent as bytes where a character could end the statement.</summary>
    public static string Literal(string text) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? $"CONVERT(0x{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))} USING utf8mb4)"
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string List(IEnumerable<string> texts) => string.Join(", ", texts.Select(Literal));
}
