namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>Names and texts inside statements (https://www.sqlite.org/lang_keywords.html).</summary>
internal static class SqliteName
{
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
