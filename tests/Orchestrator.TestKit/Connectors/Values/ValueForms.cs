namespace Orchestrator.TestKit.Connectors;

/// <summary>Chooses the form of a column by its type and the connector's modes.</summary>
internal static class ValueForms
{
    /// <summary>The form; null: the connector leaves the column out of events.</summary>
    /// <param name="type">The column's type.</param>
    /// <param name="modifier">atttypmod.</param>
    /// <param name="types">All types of the database.</param>
    /// <param name="settings">Modes.</param>
    public static ValueForm? Of(PgType type, int modifier, IReadOnlyDictionary<uint, PgType> types, ConnectorSettings settings)
    {
        if (type.BaseOid != 0) return Of(types[type.BaseOid], modifier >= 0 ? modifier : type.BaseModifier, types, settings);
        if (type.ElementOid != 0 && Of(types[type.ElementOid], modifier, types, settings with { IncludesUnknownTypes = false }) is { } item) return ArrayForms.Of(item);
        if (type.Kind == 'e') return TextForms.Enum(type.Labels);
        return OfNumber(type.Name, modifier, settings) ?? OfTime(type.Name, modifier, settings) ?? OfText(type.Name, settings)
            ?? (settings.IncludesUnknownTypes ? TextForms.Unknown(type.Name is "line" or "lseg" or "box" or "path" or "polygon" or "circle") : null);
    }

    private static ValueForm? OfNumber(string name, int modifier, ConnectorSettings settings) => name switch
    {
        "bool" => TextForms.Truth(),
        "int2" => NumberForms.Whole("int16"),
        "int4" => NumberForms.Whole("int32"),
        "int8" or "oid" => NumberForms.Whole("int64"),
        "float4" => NumberForms.Floating(true),
        "float8" => NumberForms.Floating(false),
        "numeric" => NumberForms.Decimal(modifier, settings.DecimalsAsText),
        "money" => NumberForms.Money(settings.DecimalsAsText),
        "bit" => NumberForms.Bits(false, modifier),
        "varbit" => NumberForms.Bits(true, modifier),
        _ => null,
    };

    private static ValueForm? OfTime(string name, int modifier, ConnectorSettings settings) => name switch
    {
        "date" => TimeForms.Date(),
        "time" => TimeForms.Time(modifier, settings.TimesAlwaysMicros),
        "timetz" => TimeForms.ZonedTime(),
        "timestamp" => TimeForms.Timestamp(modifier),
        "timestamptz" => TimeForms.ZonedTimestamp(modifier),
        "interval" => TimeForms.Interval(settings.IntervalsAsText),
        _ => null,
    };

    private static ValueForm? OfText(string name, ConnectorSettings settings) => name switch
    {
        "text" or "varchar" or "bpchar" or "char" or "name" or "citext" or "inet" or "cidr" or "macaddr" or "macaddr8"
            or "int4range" or "int8range" or "numrange" or "tsrange" or "tstzrange" or "daterange" => TextForms.Text(),
        "bytea" => TextForms.Bytes(settings.BytesAsText),
        "uuid" => TextForms.Text("io.debezium.data.Uuid"),
        "json" or "jsonb" => TextForms.Json(),
        "xml" => TextForms.Text("io.debezium.data.Xml"),
        "ltree" => TextForms.Text("io.debezium.data.Ltree"),
        "tsvector" => TextForms.Text("io.debezium.data.Tsvector"),
        "hstore" => TextForms.Hstore(settings.HstoreAsMap),
        "point" => TextForms.PointForm(),
        _ => null,
    };
}
