using System.Text.Json;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>Says what keeps a text from being JSON on the target (https://www.postgresql.org/docs/15/datatype-json.html).</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 6_400 };

    /// <param name="text">The text.</param>
    /// <param name="isBinary">For jsonb, which keeps one of several equal keys.</param>
    /// <returns>Null: nothing.</returns>
    public static string? ProblemOf(string text, bool isBinary)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return ProblemOf(document.RootElement, isBinary);
        }
        catch (JsonException)
        {
            return "holds text that is no JSON";
        }
        catch (InvalidOperationException)
        {
            return "holds JSON with half a surrogate pair, which is no character";
        }
    }

    private static string? ProblemOf(JsonElement value, bool isBinary) => value.ValueKind switch
    {
        JsonValueKind.Object => Members(value, isBinary),
        JsonValueKind.Array => value.EnumerateArray().Select(e => ProblemOf(e, isBinary)).FirstOrDefault(p => p is not null),
        JsonValueKind.String => Nul(value.GetString()!),
        _ => null,
    };

    private static string? Members(JsonElement value, bool isBinary)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!names.Add(member.Name) && isBinary) return $"holds JSON with the key {member.Name} twice, of which jsonb keeps one";
            if ((Nul(member.Name) ?? ProblemOf(member.Value, isBinary)) is { } problem) return problem;
        }

        return null;
    }

    private static string? Nul(string text) => text.Contains('\0', StringComparison.Ordinal) ? "holds JSON with \\u0000, which PostgreSQL's text cannot" : null;
}
