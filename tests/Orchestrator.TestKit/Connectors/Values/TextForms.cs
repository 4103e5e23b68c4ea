using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Text, bytes, documents, points, and whatever the connector does not know.</summary>
internal static partial class TextForms
{
    private const string Point = """[{"type":"double","optional":false,"field":"x"},{"type":"double","optional":false,"field":"y"},{"type":"bytes","optional":true,"field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]""";

    public static ValueForm Text(string name = "") => new("string", JsonText.Quote) { Name = name };

    public static ValueForm Truth() => new("boolean", t => t == "t" ? "true" : "false") { Zero = "false" };

    public static ValueForm Json() => Text("io.debezium.data.Json") with { Zero = "\"{}\"" };

    public static ValueForm Bytes(bool asText) => new(asText ? "string" : "bytes", t => JsonText.Base64(Convert.FromHexString(t.AsSpan(2))))
    {
        Unavailable = p => JsonText.Base64(Encoding.UTF8.GetBytes(p)),
    };

    public static ValueForm Enum(IEnumerable<string> labels) => new("string", JsonText.Quote)
    {
        Name = "io.debezium.data.Enum", Parameters = $"{{\"allowed\":{JsonText.Quote(string.Join(',', labels))}}}", IsRequiredAsItem = true,
    };

    public static ValueForm Hstore(bool asMap)
    {
        if (!asMap) return Json() with { Json = t => JsonText.Quote(Map(t)), Unavailable = p => JsonText.Quote(JsonText.Object([(p, JsonText.Quote(p))])) };
        return new("map", Map) { Zero = "{}", Unavailable = p => JsonText.Object([(p, JsonText.Quote(p))]) };
    }

    public static ValueForm PointForm() => new("struct", PointJson)
    {
        Name = "io.debezium.data.geometry.Point", Doc = "Geometry (POINT)", Fields = Point, Zero = PointJson("(0,0)"),
    };

    /// <summary>Bytes of the text as Java's driver prints it: geometric numbers with a decimal.</summary>
    public static ValueForm Unknown(bool isGeometric) => new("bytes", t =>
        JsonText.Base64(Encoding.UTF8.GetBytes(isGeometric ? Number().Replace(t, m => JavaNumber.Format(m.Value, false)) : t)))
    {
        Unavailable = p => JsonText.Base64(Encoding.UTF8.GetBytes(p)),
    };

    private static string PointJson(string text)
    {
        var parts = text.Trim('(', ')').Split(',');
        var wkb = new byte[21];
        wkb[0] = wkb[1] = 1;
        for (var i = 0; i < 2; i++) BitConverter.TryWriteBytes(wkb.AsSpan(5 + (8 * i)), double.Parse(parts[i], CultureInfo.InvariantCulture));
        return $"{{\"x\":{JavaNumber.Json(parts[0], false)},\"y\":{JavaNumber.Json(parts[1], false)},\"wkb\":{JsonText.Base64(wkb)},\"srid\":null}}";
    }

    private static string Map(string text) => JsonText.Object(Pair().Matches(text).Select(m =>
        (Unescape(m.Groups["key"].Value), m.Groups["value"].Success ? JsonText.Quote(Unescape(m.Groups["value"].Value)) : "null")));

    private static string Unescape(string text) => Escape().Replace(text, "${char}");

    [GeneratedRegex(@"-?\d+(\.\d+)?(e[+-]?\d+)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex("""\"(?<key>(\\.|[^"\\])*)\"=>(NULL|\"(?<value>(\\.|[^"\\])*)\")""", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();

    [GeneratedRegex(@"\\(?<char>.)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();
}
