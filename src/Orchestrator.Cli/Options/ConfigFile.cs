using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Cli.Options;

/// <summary>
/// Reads a flat mapping of option names to values from a JSON (<c>.json</c>) or YAML file. A list stands for values
/// separated by commas; <c>parallel_workers</c> is the same as <c>parallel-workers</c>.
/// </summary>
internal static class ConfigFile
{
    public static IReadOnlyDictionary<string, string> Read(string path, ICollection<Problem> problems)
    {
        try
        {
            var text = File.ReadAllText(path);
            var pairs = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Json(text) : Yaml(text);
            return Checked(pairs, path, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem("--config", "must name a file that can be read", path));
        }
        catch (Exception e) when (e is JsonException or YamlException or FormatException)
        {
            problems.Add(new Problem($"--config {path}", "must be a flat mapping of option names to values in JSON or YAML", FirstLine(e.Message)));
        }

        return new Dictionary<string, string>(StringComparer.Ordinal);
    }

    private static Dictionary<string, string> Checked(
        IEnumerable<(string Key, string Value)> pairs, string path, ICollection<Problem> problems)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            var name = key.Replace('_', '-');
            if (OptionCatalog.All.All(o => o.Name != name))
                problems.Add(new Problem($"{path}: {key}", "is no option" + Suggestion.For(name, OptionCatalog.All.Select(o => o.Name)), ""));
            else if (!values.TryAdd(name, value))
                problems.Add(new Problem($"{path}: {key}", "stands there twice", ""));
        }

        return values;
    }

    private static IEnumerable<(string Key, string Value)> Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("the file is no object");
        var pairs = new List<(string, string)>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value.ValueKind == JsonValueKind.Array
                ? string.Join(Between(property.Name), property.Value.EnumerateArray().Select(v => Scalar(v, property.Name)))
                : Scalar(property.Value, property.Name);
            pairs.Add((property.Name, value));
        }

        return pairs;
    }

    private static string Scalar(JsonElement value, string key) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new FormatException($"{key} is neither text, number, boolean nor a list of them"),
    };

    private static IEnumerable<(string Key, string Value)> Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        if (stream.Documents.Count == 0) return [];
        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new FormatException("the file is no mapping");
        return [.. root.Children.Select(pair => (Scalar(pair.Key, "a key"), Value(pair.Value, pair.Key.ToString())))];
    }

    private static string Value(YamlNode node, string key) => node is YamlSequenceNode list
        ? string.Join(Between(key), list.Children.Select(v => Scalar(v, key)))
        : Scalar(node, key);

    private static string Scalar(YamlNode node, string key) => node is YamlScalarNode { Value: { } value }
        ? value
        : throw new FormatException($"{key} is neither text, number, boolean nor a list of them");

    /// <summary>URLs may hold commas.</summary>
    private static char Between(string key) => OptionCatalog.All.Any(o => o.Form == ValueForm.Urls && o.Name == key.Replace('_', '-')) ? ' ' : ',';

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();
}
