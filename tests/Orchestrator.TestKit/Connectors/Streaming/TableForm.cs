namespace Orchestrator.TestKit.Connectors;

/// <summary>A column of events.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Form">How values are written; null: it is left out.</param>
/// <param name="IsOptional">Its schema allows null.</param>
/// <param name="Default">JSON; null: none.</param>
internal sealed record EventColumn(string Name, ValueForm? Form, bool IsOptional, string? Default)
{
    /// <summary>JSON of a value; one that must not be null and is missing gets the default, or the type's zero.</summary>
    public string Json(string? text) =>
        text is not null ? Form!.Json(text) : IsOptional ? "null" : Default ?? Form!.Zero;
}

/// <summary>How events of a table look: columns in the stream's order, key, schemas.</summary>
internal sealed class TableForm
{
    private readonly Lazy<string> _keySchema;
    private readonly Lazy<string> _envelopeSchema;
    private readonly int[] _keyPlaces;

    private TableForm(string schema, string table, string topic, IReadOnlyList<EventColumn> columns, IReadOnlyList<string> key)
    {
        (Schema, Table, Topic, Columns) = (schema, table, topic, columns);
        _keyPlaces = [.. key.Select(k => columns.ToList().FindIndex(c => c.Name == k))];
        HasKey = _keyPlaces.Length > 0 && _keyPlaces.All(p => p >= 0 && columns[p].Form is not null);
        _keySchema = new(() => EventSchemas.Key(topic, _keyPlaces.Select(p => columns[p])));
        _envelopeSchema = new(() => EventSchemas.Envelope(topic, columns));
    }

    public string Schema { get; }

    public string Table { get; }

    public string Topic { get; }

    public IReadOnlyList<EventColumn> Columns { get; }

    /// <summary>Events have keys.</summary>
    public bool HasKey { get; }

    /// <summary>As the transaction topic calls it.</summary>
    public string Collection => $"{Schema}.{Table}";

    public string KeySchema => _keySchema.Value;

    public string EnvelopeSchema => _envelopeSchema.Value;

    /// <summary>The form of a table whose columns come in this order.</summary>
    public static async Task<TableForm> LoadAsync(SourceCatalog catalog, ConnectorSettings settings, (uint Oid, string Schema, string Table) table, IReadOnlyList<(string Name, uint Type, int Modifier)>? streamed, CancellationToken ct)
    {
        var known = await catalog.ColumnsAsync(table.Oid, ct);
        var order = streamed ?? [.. known.Select(c => (c.Name, c.Type, c.Modifier))];
        await catalog.RequireTypesAsync(order.Select(c => c.Type), ct);
        var key = await catalog.KeyAsync(table.Oid, ct);
        var columns = order.Select(c =>
        {
            var form = ValueForms.Of(catalog.Types[c.Type], c.Modifier, catalog.Types, settings);
            var now = known.FirstOrDefault(k => k.Name == c.Name);
            var isOptional = now is not { IsRequired: true } && !key.Contains(c.Name);
            return new EventColumn(c.Name, form, isOptional, form is null ? null : ColumnDefault.Json(now?.Default, form));
        });
        return new TableForm(table.Schema, table.Table, TopicNames.Data(settings.Prefix, table.Schema, table.Table), [.. columns], key);
    }

    /// <summary>JSON of a row's key; null: the table has none.</summary>
    public string? KeyOf(RowValues row) =>
        HasKey ? JsonText.Object(_keyPlaces.Select(p => (Columns[p].Name, Columns[p].Json(row.Texts[p])))) : null;

    /// <summary>JSON of a row.</summary>
    public string RowOf(RowValues row, string placeholder) =>
        JsonText.Object(Columns.Select((c, i) => (c, i)).Where(x => x.c.Form is not null)
            .Select(x => (x.c.Name, row.IsUnchanged(x.i) ? x.c.Form!.Unavailable(placeholder) : x.c.Json(row.Texts[x.i]))));
}
