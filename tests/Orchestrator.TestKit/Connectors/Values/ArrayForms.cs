using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Arrays: JSON arrays of one dimension; of more only nulls are left, as recorded.</summary>
internal static class ArrayForms
{
    public static ValueForm Of(ValueForm item) => new("array", t => $"[{string.Join(',', Elements(t).Select(e => Json(e, item)))}]")
    {
        Items = item, Zero = "[]", Unavailable = p => $"[{Placeholder(p, item)}]",
    };

    private static string Json((string Text, bool IsQuoted) element, ValueForm item)
    {
        if (!element.IsQuoted && (element.Text.StartsWith('{') || element.Text.Equals("NULL", StringComparison.OrdinalIgnoreCase))) return "null";
        return item.Json(element.Text);
    }

    /// <summary>An array of numbers has the placeholder's bytes, others the placeholder once.</summary>
    private static string Placeholder(string placeholder, ValueForm item) =>
        item.Type.StartsWith("int", StringComparison.Ordinal) ? string.Join(',', Encoding.UTF8.GetBytes(placeholder)) : item.Unavailable(placeholder);

    /// <summary>Outermost elements; those of nested arrays stay one text in braces.</summary>
    private static List<(string Text, bool IsQuoted)> Elements(string array)
    {
        var found = new List<(string, bool)>();
        var text = new StringBuilder();
        var (depth, inQuotes, quoted) = (0, false, false);
        // A lower bound other than 1 stands before the braces: [0:2]={...}.
        var body = array.AsSpan()[(array.IndexOf('{', StringComparison.Ordinal) + 1)..^1];
        for (var i = 0; i < body.Length; i++)
        {
            var c = body[i];
            if (c == '\\') text.Append(body[++i]);
            else if (c == '"') (inQuotes, quoted) = (!inQuotes, true);
            else if (!inQuotes && depth == 0 && c == ',') Take();
            else
            {
                if (!inQuotes) depth += c switch { '{' => 1, '}' => -1, _ => 0 };
                text.Append(c);
            }
        }

        if (body.Length > 0) Take();
        return found;

        void Take()
        {
            found.Add((text.ToString(), quoted && !text.ToString().StartsWith('{')));
            text.Clear();
            quoted = false;
        }
    }
}
