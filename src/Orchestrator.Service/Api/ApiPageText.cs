using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Service.Api;

/// <summary>An OpenAPI document as HTML that is also well-formed XML.</summary>
internal sealed class ApiPageText
{
    /// <summary>Bodies are not nested deeper; one that refers to itself ends here.</summary>
    private const int Deepest = 3;

    private readonly StringBuilder _text = new();
    private readonly JsonElement _document;
    private readonly string _style;

    public ApiPageText(string json, string style)
    {
        using var document = JsonDocument.Parse(json);
        (_document, _style) = (document.RootElement.Clone(), style);
    }

    public string Write()
    {
        var groups = Operations().GroupBy(o => o.Tag).ToList();
        _text.Append($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>Orchestrator: the API</title><link rel=\"stylesheet\" href=\"{_style}\"/></head>\n<body>");
        _text.Append("<a class=\"skip\" href=\"#operations\">To the operations</a><header><h1>Orchestrator: the API</h1><p>For programs: <a href=\"/openapi/v1.json\">the OpenAPI document</a>. ");
        _text.Append("<code>POST /api/auth/login</code> gives a token for <code>Authorization: Bearer</code>.</p></header>\n<nav aria-label=\"Operations\">");
        foreach (var group in groups)
        {
            _text.Append($"<h2>{Safe(group.Key)}</h2><ul>");
            foreach (var o in group) _text.Append($"<li><a href=\"#{o.Anchor}\"><code>{o.Method} {Safe(o.Path)}</code></a></li>");
            _text.Append("</ul>");
        }

        _text.Append("</nav>\n<main id=\"operations\" tabindex=\"-1\">");
        foreach (var group in groups)
        {
            _text.Append($"<section><h2>{Safe(group.Key)}</h2>\n");
            foreach (var operation in group) WriteOperation(operation);
            _text.Append("</section>\n");
        }

        return _text.Append("</main></body></html>\n").ToString();
    }

    private IEnumerable<Operation> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        where method.Value.ValueKind == JsonValueKind.Object && method.Value.TryGetProperty("responses", out _)
        select new Operation(method.Name.ToUpperInvariant(), path.Name, method.Value);

    private void WriteOperation(Operation o)
    {
        _text.Append($"<section id=\"{o.Anchor}\" tabindex=\"-1\"><h3><code>{o.Method} {Safe(o.Path)}</code></h3><p>{Safe(Word(o.Value, "summary"))} {Safe(Word(o.Value, "description"))}</p>\n");
        if (o.Value.TryGetProperty("parameters", out var parameters))
            WriteTable("Parameters", parameters.EnumerateArray().Select(p => (Word(p, "name"), p.TryGetProperty("schema", out var s) ? Type(s) : "", $"in the {Word(p, "in")}")));
        if (o.Value.TryGetProperty("requestBody", out var body) && Schema(body) is { } sent) WriteTable("Body", Fields(sent, "", 0));
        foreach (var response in o.Value.GetProperty("responses").EnumerateObject())
        {
            var name = $"Answer {response.Name} {Word(response.Value, "description")}".Trim();
            var fields = Schema(response.Value) is { } schema ? Fields(schema, "", 0).ToList() : [];
            if (fields.Count == 0) _text.Append($"<p>{Safe(name)}</p>\n");
            else WriteTable(name, fields);
        }

        _text.Append("</section>\n");
    }

    private void WriteTable(string caption, IEnumerable<(string Name, string Type, string Text)> rows)
    {
        _text.Append($"<table><caption>{Safe(caption)}</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Type</th><th scope=\"col\">What it is</th></tr></thead><tbody>");
        foreach (var (name, type, text) in rows) _text.Append($"<tr><th scope=\"row\"><code>{Safe(name)}</code></th><td>{Safe(type)}</td><td>{Safe(text)}</td></tr>");
        _text.Append("</tbody></table>\n");
    }

    private IEnumerable<(string Name, string Type, string Text)> Fields(JsonElement schema, string before, int depth)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("items", out var items)) (schema, before) = (Resolve(items), before + "[]");
        if (depth == Deepest || !schema.TryGetProperty("properties", out var properties)) yield break;
        foreach (var property in properties.EnumerateObject())
        {
            var name = before.Length == 0 ? property.Name : $"{before}.{property.Name}";
            yield return (name, Type(property.Value), Word(property.Value, "description"));
            foreach (var inner in Fields(property.Value, name, depth + 1)) yield return inner;
        }
    }

    private string Type(JsonElement schema)
    {
        var resolved = Resolve(schema);
        if (resolved.TryGetProperty("enum", out var values)) return string.Join(" | ", values.EnumerateArray().Select(v => v.ToString()));
        if (!resolved.TryGetProperty("type", out var type)) return "";
        return type.ValueKind == JsonValueKind.Array ? string.Join(" | ", type.EnumerateArray().Select(t => t.GetString())) : type.GetString()!;
    }

    /// <summary>What a schema refers to; of several the one that is not null.</summary>
    private JsonElement Resolve(JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var either)) schema = either.EnumerateArray().Last();
        return schema.TryGetProperty("$ref", out var reference) ? reference.GetString()!.Split('/').Skip(1).Aggregate(_document, (at, name) => at.GetProperty(name)) : schema;
    }

    private static JsonElement? Schema(JsonElement holder) =>
        holder.TryGetProperty("content", out var content) && content.EnumerateObject().Select(c => c.Value).FirstOrDefault() is { ValueKind: JsonValueKind.Object } first && first.TryGetProperty("schema", out var schema) ? schema : null;

    private static string Word(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);

    private sealed record Operation(string Method, string Path, JsonElement Value)
    {
        public string Tag => Value.TryGetProperty("tags", out var tags) && tags.GetArrayLength() > 0 ? tags[0].GetString()! : "other";

        public string Anchor => $"{Method}{Path}".ToLowerInvariant().Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
    }
}
