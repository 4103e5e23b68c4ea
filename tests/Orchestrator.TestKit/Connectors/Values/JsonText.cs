using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Pieces of JSON as text.</summary>
internal static class JsonText
{
    /// <summary>A JSON string; null is <c>null</c>.</summary>
    public static string Quote(string? text) =>
        text is null ? "null" : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    /// <summary>Bytes as Connect's JSON converter writes them.</summary>
    public static string Base64(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToBase64String(bytes)}\"";

    /// <summary>An object of raw members.</summary>
    public static string Object(IEnumerable<(string Name, string Json)> members) =>
        $"{{{string.Join(',', members.Select(m => $"{Quote(m.Name)}:{m.Json}"))}}}";

    /// <summary>A flat object of strings, as a connector's configuration is.</summary>
    public static Dictionary<string, string> ReadStrings(JsonElement element) =>
        element.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
}
