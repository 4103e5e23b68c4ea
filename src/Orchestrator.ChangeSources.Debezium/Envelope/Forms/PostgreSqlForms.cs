using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// How Debezium's PostgreSQL connector writes each type of column.
/// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-data-types
/// </summary>
internal static class PostgreSqlForms
{
    public const string Geometric = "its structs are not turned back into values of PostgreSQL";
    public const string BitsVary = "Debezium writes the bits without their number, so leading zeros are lost";

    /// <param name="column">The column.</param>
    /// <param name="modes">The connector's settings.</param>
    /// <param name="userTypes">What the types are that are not PostgreSQL's own, by their numbers; an array's number stands for its elements' type.</param>
    public static ValueForm Of(ColumnSchema column, DebeziumModes modes, IReadOnlyDictionary<uint, UserType> userTypes)
    {
        if (!userTypes.TryGetValue(column.TypeId, out var type)) return Of(column.Type, modes);
        var form = type.Kind switch
        {
            UserTypeKind.Domain => Of(type.BaseType, modes),
            UserTypeKind.Other when !IsExtension(column.CastType.TrimEnd('[', ']')) => new(FormKind.TextInBytes),
            UserTypeKind.Other => Of(column.Type.TrimEnd('[', ']'), modes),
            _ => new ValueForm(FormKind.Text),
        };
        return column.Type.EndsWith("[]", StringComparison.Ordinal) ? new(FormKind.Array, Element: form) : form;
    }

    private static ValueForm Of(string type, DebeziumModes modes)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal)) return new(FormKind.Array, Element: Of(type[..^2], modes));
        var (name, first, second) = Parse(type);
        return name switch
        {
            "boolean" => new(FormKind.Boolean),
            "smallint" or "integer" or "bigint" or "oid" => new(FormKind.Integer),
            "real" or "double precision" => new(FormKind.Float),
            "numeric" => Decimal(modes, first is null ? ValueForm.OwnScale : second ?? 0),
            "money" => Decimal(modes, 2),
            "bytea" => new(FormKind.Bytes),
            "bit" => first is null or 1 ? new(FormKind.Boolean, 1) : new(FormKind.Bits, first.Value),
            "bit varying" => ValueForm.Refuse(type, BitsVary),
            "date" => new(FormKind.Date),
            "time without time zone" => new(FormKind.Time, Unit(modes, first)),
            "timestamp without time zone" => new(FormKind.Timestamp, Unit(modes, first)),
            "time with time zone" => new(FormKind.ZonedTime),
            "timestamp with time zone" => new(FormKind.ZonedTimestamp),
            "interval" => modes.Intervals == IntervalMode.String ? new(FormKind.Text) : new(FormKind.Duration, ValueForm.Micros),
            "point" or "geometry" or "geography" => ValueForm.Refuse(name, Geometric),
            "hstore" => new(FormKind.Hstore),
            _ when IsUnknown(name) => new(FormKind.TextInBytes),
            _ when IsText(name) => new(FormKind.Text),
            // A label of an enumeration and the base64 of a value cannot be told apart.
            _ when modes.UnknownTypes => ValueForm.Refuse(type, "whether its values are text or base64 cannot be told without the type's kind"),
            _ => new(FormKind.Text),
        };
    }

    /// <summary>Types Debezium writes as strings.</summary>
    public static bool IsText(string name) => IsExtension(name) || name is "text" or "character varying" or "character" or "bpchar" or "\"char\"" or "name"
        or "uuid" or "json" or "jsonb" or "xml" or "inet" or "cidr" or "macaddr" or "macaddr8" or "tsvector"
        or "int4range" or "int8range" or "numrange" or "tsrange" or "tstzrange" or "daterange";

    /// <summary>Types PostgreSQL has and Debezium does not know.</summary>
    public static bool IsUnknown(string name) => name is "line" or "lseg" or "box" or "path" or "polygon" or "circle"
        or "int4multirange" or "int8multirange" or "nummultirange" or "tsmultirange" or "tstzmultirange" or "datemultirange"
        or "tsquery" or "pg_lsn" or "jsonpath" or "xid" or "xid8" or "pg_snapshot" or "txid_snapshot";

    /// <summary>A type without modifiers and array marks, and its modifiers.</summary>
    public static (string Name, int? First, int? Second) Parse(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || type.StartsWith('"')) return (Bare(type), null, null);
        var close = type.IndexOf(')', open);
        var numbers = type[(open + 1)..close].Split(',');
        int? first = int.TryParse(numbers[0], out var n) ? n : null;
        int? second = numbers.Length > 1 && int.TryParse(numbers[1], out n) ? n : null;
        return (Bare(type[..open] + type[(close + 1)..]), first, second);
    }

    /// <summary>Extensions whose types Debezium knows may lie in any schema.</summary>
    private static string Bare(string name) => name[(name.LastIndexOf('.') + 1)..] is "hstore" or "citext" or "ltree" or "geometry" or "geography" ? name[(name.LastIndexOf('.') + 1)..] : name;

    private static bool IsExtension(string name) => Bare(name) is "hstore" or "citext" or "ltree" or "geometry" or "geography";

    private static ValueForm Decimal(DebeziumModes modes, int scale) => new(FormKind.Decimal, modes.Decimals == DecimalMode.String ? ValueForm.Digits : scale);

    private static int Unit(DebeziumModes modes, int? digits) => modes.Times == TimeMode.Connect || digits <= 3 ? ValueForm.Millis : ValueForm.Micros;
}
