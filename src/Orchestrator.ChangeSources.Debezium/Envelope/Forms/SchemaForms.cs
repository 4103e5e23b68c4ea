using System.Globalization;
using System.Text.Json;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// How a field is read by its schema: by the semantic type Debezium names it with, else by Kafka Connect's type.
/// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-data-types
/// </summary>
internal static class SchemaForms
{
    /// <param name="field">The field's schema.</param>
    /// <param name="column">The column.</param>
    /// <param name="plain">How the column's type alone would have it read.</param>
    /// <param name="isPostgres">The source is PostgreSQL.</param>
    public static ValueForm Of(JsonElement field, ColumnSchema column, ValueForm plain, bool isPostgres)
    {
        var isDuration = column.CastType == "interval";
        var name = Text(field, "name");
        return name switch
        {
            "" => Plain(field, column, plain, isPostgres),
            "io.debezium.time.Date" or "org.apache.kafka.connect.data.Date" => new(FormKind.Date),
            "io.debezium.time.Time" or "org.apache.kafka.connect.data.Time" => new(isDuration ? FormKind.Duration : FormKind.Time, ValueForm.Millis),
            "io.debezium.time.MicroTime" => new(isDuration ? FormKind.Duration : FormKind.Time, ValueForm.Micros),
            "io.debezium.time.NanoTime" => new(isDuration ? FormKind.Duration : FormKind.Time, ValueForm.Nanos),
            "io.debezium.time.Timestamp" or "org.apache.kafka.connect.data.Timestamp" => new(FormKind.Timestamp, ValueForm.Millis),
            "io.debezium.time.MicroTimestamp" => new(FormKind.Timestamp, ValueForm.Micros),
            "io.debezium.time.NanoTimestamp" => new(FormKind.Timestamp, ValueForm.Nanos),
            "io.debezium.time.ZonedTimestamp" => new(FormKind.ZonedTimestamp),
            "io.debezium.time.ZonedTime" => new(FormKind.ZonedTime),
            "io.debezium.time.Year" => new(FormKind.Integer),
            "io.debezium.time.MicroDuration" => new(FormKind.Duration, ValueForm.Micros),
            "io.debezium.time.NanoDuration" => new(FormKind.Duration, ValueForm.Nanos),
            "io.debezium.time.Interval" => new(FormKind.Text),
            "org.apache.kafka.connect.data.Decimal" => new(plain.Kind == FormKind.Unsigned ? FormKind.Unsigned : FormKind.Decimal, Parameter(field, "scale")),
            "io.debezium.data.VariableScaleDecimal" => new(FormKind.Decimal, ValueForm.OwnScale),
            "io.debezium.data.Bits" => plain.Kind == FormKind.Refused ? plain : new(FormKind.Bits, Parameter(field, "length")),
            "io.debezium.data.Json" => new(plain.Kind == FormKind.Hstore ? FormKind.Hstore : FormKind.Text),
            "io.debezium.data.Enum" => new(plain.Kind == FormKind.Label ? FormKind.Label : FormKind.Text),
            "io.debezium.data.EnumSet" or "io.debezium.data.Uuid" or "io.debezium.data.Xml" or "io.debezium.data.Ltree" or "io.debezium.data.Tsvector" => new(FormKind.Text),
            _ when name.StartsWith("io.debezium.data.geometry.", StringComparison.Ordinal) => ValueForm.Refuse(name, PostgreSqlForms.Geometric),
            _ => ValueForm.Refuse(name, "its meaning is not known"),
        };
    }

    private static ValueForm Plain(JsonElement field, ColumnSchema column, ValueForm plain, bool isPostgres) => Text(field, "type") switch
    {
        "int8" or "int16" or "int32" or "int64" => plain.Kind is FormKind.Unsigned or FormKind.IntegerToBoolean ? plain : new(FormKind.Integer),
        "float" or "double" when plain.Kind == FormKind.Decimal => ValueForm.Refuse("numeric", "decimal.handling.mode=double rounds it"),
        "float" or "double" => new(FormKind.Float),
        "boolean" => plain.Kind == FormKind.Boolean ? plain : new(FormKind.Boolean),
        "string" when plain.Kind == FormKind.Decimal => new(FormKind.Decimal, ValueForm.Digits),
        "string" => plain.Kind is FormKind.Hstore ? plain : new(FormKind.Text),
        "bytes" => plain.Kind is FormKind.Bytes or FormKind.BytesToUuid ? plain : isPostgres && column.CastType != "bytea" ? new(FormKind.TextInBytes) : new(FormKind.Bytes),
        "array" => new(FormKind.Array, Element: Of(field.GetProperty("items"), column, plain.Element ?? new(FormKind.Text), isPostgres)),
        "map" => new(FormKind.Hstore),
        var type => ValueForm.Refuse(type, "its meaning is not known"),
    };

    private static string Text(JsonElement schema, string property) =>
        schema.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static int Parameter(JsonElement schema, string name) =>
        schema.TryGetProperty("parameters", out var all) && int.TryParse(Text(all, name), CultureInfo.InvariantCulture, out var value)
            ? value
            : throw EnvelopeErrors.Malformed($"a schema lacks the parameter {name}");
}
