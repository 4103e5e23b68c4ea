using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>The key of a record: an object of columns, in <c>payload</c> beside its schema or alone.</summary>
internal static class RecordKey
{
    /// <summary>It has columns, and no others than these.</summary>
    public static bool HasOnly(ReadOnlySpan<byte> key, IReadOnlyList<string> columns)
    {
        if (key.IsEmpty) return false;
        try
        {
            var json = new Utf8JsonReader(key);
            using var document = JsonDocument.ParseValue(ref json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            if (root.TryGetProperty("schema", out var schema) && schema.ValueKind is JsonValueKind.Object or JsonValueKind.Null && root.TryGetProperty("payload", out var payload)) root = payload;
            return root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Any() && root.EnumerateObject().All(p => columns.Contains(p.Name));
        }
        catch (JsonException e)
        {
            throw EnvelopeErrors.Malformed($"its key: {e.Message}", e);
        }
    }
}
