using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>
/// A column's type taken apart, from <c>information_schema.columns.column_type</c>: <c>int(10) unsigned zerofill</c>,
/// <c>enum('a','b')</c>, <c>decimal(10,2)</c> (https://mariadb.com/kb/en/data-types/).
/// </summary>
/// <param name="Name">In lower case, e.g. <c>int</c>, <c>varchar</c>, <c>longtext</c>.</param>
/// <param name="Length">First number in parentheses; null if there is none.</param>
/// <param name="Scale">Second number in parentheses.</param>
/// <param name="IsUnsigned">No negative values.</param>
/// <param name="Labels">Of enum and set, in order; empty for other types.</param>
internal sealed record MySqlType(string Name, int? Length, int? Scale, bool IsUnsigned, IReadOnlyList<string> Labels)
{
    public bool IsText => Name is "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext";

    public bool IsBytes => Name is "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob";

    public bool IsInteger => Name is "tinyint" or "smallint" or "mediumint" or "int" or "bigint";

    /// <summary>Holds a date, and so perhaps one that is none.</summary>
    public bool IsDate => Name is "date" or "datetime" or "timestamp";

    public bool IsSpatial => Name is "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon"
        or "geometrycollection" or "geomcollection";

    /// <exception cref="FormatException">Not the form the servers write.</exception>
    public static MySqlType Parse(string columnType)
    {
        var end = columnType.AsSpan().IndexOfAny('(', ' ');
        var name = (end < 0 ? columnType : columnType[..end]).ToLowerInvariant();
        name = name == "integer" ? "int" : name;
        if (name is "enum" or "set") return new MySqlType(name, null, null, false, LabelsOf(columnType, end + 1));
        var isUnsigned = columnType.Contains(" unsigned", StringComparison.OrdinalIgnoreCase);
        if (end < 0 || columnType[end] != '(') return new MySqlType(name, null, null, isUnsigned, []);
        var numbers = columnType[(end + 1)..columnType.IndexOf(')', end)].Split(',');
        return new MySqlType(name, Number(numbers[0]), numbers.Length > 1 ? Number(numbers[1]) : null, isUnsigned, []);
    }

    private static int Number(string text) => int.Parse(text.Trim(), CultureInfo.InvariantCulture);

    /// <summary>Labels stand in quotes; a quote is doubled, a backslash escapes (the servers' <c>append_unescaped</c>).</summary>
    private static List<string> LabelsOf(string text, int at)
    {
        var labels = new List<string>();
        var label = new StringBuilder();
        while (at < text.Length && text[at] != ')')
        {
            if (text[at] is ',' or ' ')
            {
                at++;
                continue;
            }

            if (text[at] != '\'') throw new FormatException($"'{text}' is not a list of labels.");
            for (at++; at < text.Length; at++)
            {
                if (text[at] == '\'' && (at + 1 == text.Length || text[at + 1] != '\'')) break;
                if (text[at] == '\'') at++;
                else if (text[at] == '\\' && at + 1 < text.Length)
                {
                    at++;
                    label.Append(text[at] switch { '0' => '\0', 'n' => '\n', 'r' => '\r', var c => c });
                    continue;
                }

                label.Append(text[at]);
            }

            at++;
            labels.Add(label.ToString());
            label.Clear();
        }

        return labels;
    }
}
