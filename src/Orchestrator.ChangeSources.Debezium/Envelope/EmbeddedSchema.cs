using System.Text.Json;
using Orchestrator.ChangeSources.Debezium.Envelope.Forms;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>The schema that stands in an event beside its payload, and what it says of a table's columns.</summary>
internal sealed class EmbeddedSchema
{
    private readonly bool _isPostgres;
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<TableForm, ValueForm[]> _values = [];

    public EmbeddedSchema(JsonElement schema, bool isPostgres)
    {
        _isPostgres = isPostgres;
        foreach (var block in Fields(schema))
        {
            // Both rows have the same schema; that of a bare row has its columns where an event has these blocks.
            if (NameOf(block) is not ("before" or "after")) continue;
            foreach (var field in Fields(block)) _fields[NameOf(field)] = field;
        }
    }

    /// <summary>How the table's copied columns are read; where the schema says nothing, as the column's type has it.</summary>
    public ValueForm[] ValuesOf(TableForm form)
    {
        if (_values.TryGetValue(form, out var known)) return known;
        var values = new ValueForm[form.Values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var column = form.Table.Copied[i];
            values[i] = _fields.TryGetValue(TableForm.SourceName(column), out var field)
                ? SchemaForms.Of(field, column, form.Values[i], _isPostgres)
                : form.Values[i];
        }

        _values.Add(form, values);
        return values;
    }

    private static IEnumerable<JsonElement> Fields(JsonElement schema) =>
        schema.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Array ? fields.EnumerateArray() : [];

    private static string NameOf(JsonElement field) => field.TryGetProperty("field", out var name) ? name.GetString() ?? "" : "";
}
