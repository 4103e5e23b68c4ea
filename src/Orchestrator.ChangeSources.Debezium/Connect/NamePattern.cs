using System.Globalization;
using System.Text;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// Exact names in Debezium's lists of regular expressions: Java's, separated by commas, blanks around each cut off, each
/// matched against a whole name without regard to case
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-property-table-include-list).
/// Two names that differ in case only are therefore told apart by the publication or the reader, not by the list.
/// </summary>
internal static class NamePattern
{
    private const string Meta = "^$.|?*+()[]{}";

    public static string ListOf(IEnumerable<TableRef> tables) => string.Join(',', tables.Select(t => Of($"{t.Schema}.{t.Name}")));

    public static string ListOf(IEnumerable<string> names) => string.Join(',', names.Select(Of));

    /// <summary>Matches this name only. Commas, backslashes, blanks and control characters are written as numbers: they would end, join or trim a list's items.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (c is ',' or '\\' || char.IsWhiteSpace(c) || char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else if (Meta.Contains(c, StringComparison.Ordinal)) text.Append('\\').Append(c);
            else text.Append(c);
        }

        return text.ToString();
    }
}
