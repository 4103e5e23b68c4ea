using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>
/// Takes records apart that carry their schema (<c>schemas.enable=true</c>: an object of <c>schema</c> and <c>payload</c>). The schema
/// is many times the size of the row and the same in all records of a table, so it is known again by its bytes.
/// https://kafka.apache.org/documentation/#connect_running
/// </summary>
internal sealed class SchemaCache(bool isPostgres)
{
    /// <summary>More than that are not kept: a record then costs what parsing its schema costs.</summary>
    private const int Most = 1024;

    private readonly List<(byte[] Prefix, EmbeddedSchema? Schema)> _known = [];

    /// <summary>The event itself. What follows its closing brace is not looked at.</summary>
    /// <param name="value">The record's value.</param>
    /// <param name="schema">Null: it carries none.</param>
    public ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> value, out EmbeddedSchema? schema)
    {
        schema = null;
        if (!value.StartsWith("{\"schema\":"u8)) return value;
        for (var i = 0; i < _known.Count; i++)
        {
            var (prefix, known) = _known[i];
            if (!value.StartsWith(prefix)) continue;
            if (i > 0) (_known[i], _known[i - 1]) = (_known[i - 1], _known[i]); // what is met often moves to the front
            schema = known;
            return value[prefix.Length..];
        }

        return Parse(value, out schema);
    }

    private ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> value, out EmbeddedSchema? schema)
    {
        schema = null;
        var json = new Utf8JsonReader(value);
        json.Read();
        json.Read();
        json.Read();
        // A bare row may have a column of that name.
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null)) return value;
        if (json.TokenType == JsonTokenType.StartObject)
        {
            using var document = JsonDocument.ParseValue(ref json);
            schema = new EmbeddedSchema(document.RootElement.Clone(), isPostgres);
        }

        if (!json.Read() || json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("payload"u8)) throw EnvelopeErrors.Malformed("a schema without a payload");
        json.Read();
        var prefix = value[..(int)json.TokenStartIndex];
        if (_known.Count < Most) _known.Add((prefix.ToArray(), schema));
        return value[prefix.Length..];
    }
}
