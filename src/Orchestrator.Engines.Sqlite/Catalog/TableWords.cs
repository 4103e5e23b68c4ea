using System.Text.RegularExpressions;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Looks for what no pragma tells in a CREATE TABLE statement, past texts, names in quotes and comments.</summary>
internal static partial class TableWords
{
    /// <summary>Number of CHECK constraints.</summary>
    public static int Checks(string sql) => Tokens().Matches(sql).Count(m => m.Groups["check"].Success);

    [GeneratedRegex(@"'([^']|'')*'|""([^""]|"""")*""|`([^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|(?<check>\bCHECK\b)", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Tokens();
}
