using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Service.Tests.Api;

/// <summary>JSON that nearly fits a schema of the service's description: what clients send by mistake, or on purpose.</summary>
internal sealed class JsonGen(JsonElement document)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "name", "admin@ours.example", "viewer", "ADMIN", "0", "-1", "\0", "a\0b", "\n", "\uD83D\uDE00", "\uFFFF", "é", "'; DROP TABLE account; --", "../../etc/passwd", "%00", "${jndi:x}",
        "postgresql://u:p@127.0.0.1/x", "postgresql://", "://", "postgresql://[::1", "mysql://u@h:99999/x", "sqlite:///etc/passwd", "sqlite:", "sqlite:///\0", "postgresql://u:p@/x?host=/tmp", "01a22651-fda1-7e09-aaba-394df9a65599",
        new('x', 100_000), new('é', 300),
    ];

    private static readonly Gen<JsonNode?> Scalar = Gen.OneOf(
        Gen.Constant((JsonNode?)null), Gen.Elements(Texts).Select(t => (JsonNode?)JsonValue.Create(t)), Gen.Elements(true, false).Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.Elements("0", "-1", "1", "1e400", "99999999999999999999", "0.5", "2147483648", "-9223372036854775809").Select(n => JsonNode.Parse(n)));

    /// <summary>A body for a schema; now and then something else altogether.</summary>
    public Gen<string> Body(JsonElement schema) => Gen.Frequency(
        (8, Of(schema, 0).Select(n => n?.ToJsonString() ?? "null")), (1, Scalar.Select(n => n?.ToJsonString() ?? "null")),
        (1, Gen.Elements("", "{", "[", "{}", "[]", "{\"a\":", "\"", "{\"name\":1}{", "\uFEFF{}", new string('[', 5000))));

    private Gen<JsonNode?> Of(JsonElement schema, int depth)
    {
        if (schema.TryGetProperty("$ref", out var reference)) schema = Resolve(reference.GetString()!);
        if (schema.TryGetProperty("oneOf", out var either)) schema = either.EnumerateArray().Last() is var last && last.TryGetProperty("$ref", out var other) ? Resolve(other.GetString()!) : last;
        if (depth > 4) return Scalar;
        if (schema.TryGetProperty("properties", out var properties)) return Gen.Frequency((9, Object(properties, depth)), (1, Scalar));
        if (schema.TryGetProperty("items", out var items)) return Gen.Frequency((4, Gen.ArrayOf(Of(items, depth + 1)).Select(a => (JsonNode?)new JsonArray([.. a]))), (1, Scalar));
        return Scalar;
    }

    private Gen<JsonNode?> Object(JsonElement properties, int depth)
    {
        var gen = Gen.Constant(new List<(string Name, JsonNode? Value)>());
        foreach (var property in properties.EnumerateObject())
        {
            var value = Gen.Frequency((4, Of(property.Value, depth + 1).Select(v => (true, v))), (1, Gen.Constant((false, (JsonNode?)null))));
            gen = gen.SelectMany(list => value.Select(v => v.Item1 ? [.. list, (property.Name, v.Item2?.DeepClone())] : list));
        }

        return gen.Select(list => (JsonNode?)new JsonObject(list.Select(p => KeyValuePair.Create(p.Name, p.Value))));
    }

    private JsonElement Resolve(string reference) => reference.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
}
