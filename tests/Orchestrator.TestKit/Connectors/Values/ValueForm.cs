namespace Orchestrator.TestKit.Connectors;

/// <summary>How the values of a type are written, and how Connect's schema calls them.</summary>
/// <param name="Type">Connect's type: <c>int32</c>, <c>string</c>, <c>struct</c>, ...</param>
/// <param name="Json">From PostgreSQL's text form to JSON.</param>
internal sealed record ValueForm(string Type, Func<string, string> Json)
{
    /// <summary>Name of the semantic type; empty: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Schemas of Debezium have versions, plain ones do not.</summary>
    public int Version { get; init; } = 1;

    /// <summary>JSON object of parameters; empty: none.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Text that describes the type; empty: none.</summary>
    public string Doc { get; init; } = "";

    /// <summary>JSON array of a struct's fields; empty: no struct.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Form of an array's elements.</summary>
    public ValueForm? Items { get; init; }

    /// <summary>What stands in for a missing value of a column that must not be null.</summary>
    public string Zero { get; init; } = "\"\"";

    /// <summary>What stands for a large value that was not sent as it did not change; made of the placeholder.</summary>
    public Func<string, string> Unavailable { get; init; } = JsonText.Quote;

    /// <summary>Schemas of an enum's array say that elements are never null.</summary>
    public bool IsRequiredAsItem { get; init; }

    /// <summary>The schema of a field of this form.</summary>
    /// <param name="optional">May be null.</param>
    /// <param name="defaultJson">Default of the column; null: none.</param>
    /// <param name="field">Name of the field; null: none.</param>
    public string Schema(bool optional, string? defaultJson, string? field)
    {
        var members = new List<(string, string)> { ("type", JsonText.Quote(Type)) };
        if (Items is not null) members.Add(("items", Items.Schema(!Items.IsRequiredAsItem, null, null)));
        if (Fields.Length > 0) members.Add(("fields", Fields));
        members.Add(("optional", optional ? "true" : "false"));
        if (Name.Length > 0)
        {
            members.Add(("name", JsonText.Quote(Name)));
            if (Version > 0) members.Add(("version", Version.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        if (Doc.Length > 0) members.Add(("doc", JsonText.Quote(Doc)));
        if (Parameters.Length > 0) members.Add(("parameters", Parameters));
        if (defaultJson is not null) members.Add(("default", defaultJson));
        if (field is not null) members.Add(("field", JsonText.Quote(field)));
        return JsonText.Object(members);
    }
}
