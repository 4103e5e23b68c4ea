using System.Text;
using System.Text.Json;

namespace Orchestrator.Core.Validation;

/// <summary>
/// One text for all ways to write the same JSON (<see cref="CanonicalForm.Json"/>): keys in order, of equal ones the last,
/// numbers as their digits and a power of ten, characters as themselves, no blanks. 1 and 1.0 are alike, 1 and "1" are not.
/// </summary>
public static class CanonicalJson
{
    private const int Deepest = 6_400;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Deepest };

    /// <summary>The canonical text; of a text that is no JSON a <c>!</c> and itself.</summary>
    public static string Of(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            var output = new StringBuilder(text.Length);
            Write(document.RootElement, output);
            return output.ToString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "!" + text;
        }
    }

    private static void Write(JsonElement value, StringBuilder output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, output);
                break;
            case JsonValueKind.Array:
                var before = "[";
                foreach (var element in value.EnumerateArray())
                {
                    output.Append(before);
                    Write(element, output);
                    before = ",";
                }

                output.Append(before == "[" ? "[]" : "]");
                break;
            case JsonValueKind.String:
                WriteText(value.GetString()!, output);
                break;
            case JsonValueKind.Number:
                WriteNumber(value.GetRawText(), output);
                break;
            default:
                output.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteObject(JsonElement value, StringBuilder output)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject()) members[member.Name] = member.Value;
        var before = '{';
        foreach (var (name, member) in members)
        {
            output.Append(before);
            WriteText(name, output);
            output.Append(':');
            Write(member, output);
            before = ',';
        }

        if (before == '{') output.Append('{');
        output.Append('}');
    }

    private static void WriteText(string text, StringBuilder output)
    {
        output.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') output.Append('\\');
            output.Append(c);
        }

        output.Append('"');
    }

    /// <summary>Digits without zeros at either end, <c>e</c>, power of ten of the last: however many there are, none is lost.</summary>
    private static void WriteNumber(string text, StringBuilder output)
    {
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = (mark < 0 ? text : text[..mark]).TrimStart('-');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var kept = digits.TrimEnd('0');
        if (kept.Length == 0)
        {
            output.Append('0');
            return;
        }

        var exponent = mark < 0 ? 0 : System.Numerics.BigInteger.Parse(text.AsSpan(mark + 1), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture);
        exponent += digits.Length - kept.Length - (point < 0 ? 0 : mantissa.Length - point - 1);
        if (text[0] == '-') output.Append('-');
        output.Append(kept).Append('e').Append(exponent);
    }
}
