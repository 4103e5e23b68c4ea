using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// How Debezium's MySQL and MariaDB connectors write each type of column.
/// https://debezium.io/documentation/reference/stable/connectors/mysql.html#mysql-data-types
/// </summary>
internal static class MySqlForms
{
    public static ValueForm Of(ColumnSchema column, DebeziumModes modes)
    {
        var type = (column.Origin ?? throw new ArgumentException($"column {column.Name} has no origin", nameof(column))).Type.ToLowerInvariant();
        var name = Name(type);
        var (first, second) = Numbers(type, name.Length);
        return name switch
        {
            "bigint" when IsUnsigned(type) => new(FormKind.Unsigned),
            "tinyint" or "smallint" or "mediumint" or "int" or "integer" or "bigint" => new(column.CastType == "boolean" ? FormKind.IntegerToBoolean : FormKind.Integer),
            "decimal" or "numeric" => new(FormKind.Decimal, modes.Decimals == DecimalMode.String ? ValueForm.Digits : second ?? 0),
            "float" or "double" => new(FormKind.Float),
            "bit" => first is null or 1 ? new(FormKind.Boolean, column.CastType == "boolean" ? 0 : 1) : new(FormKind.Bits, first.Value),
            "year" => new(FormKind.Integer),
            "date" => new(FormKind.Date),
            "datetime" => new(FormKind.Timestamp, modes.Times == TimeMode.Connect || (first ?? 0) <= 3 ? ValueForm.Millis : ValueForm.Micros),
            "timestamp" => new(FormKind.ZonedTimestamp),
            "time" => new(FormKind.Duration, modes.Times == TimeMode.Connect ? ValueForm.Millis : ValueForm.Micros),
            "enum" => new(type.Contains("''", StringComparison.Ordinal) ? FormKind.Text : FormKind.Label),
            "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" =>
                column.CastType == "uuid" ? new(FormKind.BytesToUuid) : new(FormKind.Bytes, name == "binary" ? first ?? 1 : 0),
            "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "set" or "json" or "uuid" or "inet4" => new(FormKind.Text),
            _ => ValueForm.Refuse(name, IsSpatial(name) ? PostgreSqlForms.Geometric : "Debezium's connector does not read it"),
        };
    }

    /// <summary>A declared type's name, without numbers and words after it.</summary>
    public static string Name(string type)
    {
        var end = type.AsSpan().IndexOfAny('(', ' ');
        return end < 0 ? type : type[..end];
    }

    public static bool IsUnsigned(string type) => type.Contains(" unsigned", StringComparison.Ordinal) || type.Contains(" zerofill", StringComparison.Ordinal);

    public static bool IsSpatial(string name) => name is "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon"
        or "geometrycollection" or "geomcollection";

    private static (int? First, int? Second) Numbers(string type, int from)
    {
        if (from >= type.Length || type[from] != '(' || type.StartsWith("enum", StringComparison.Ordinal) || type.StartsWith("set", StringComparison.Ordinal)) return (null, null);
        var numbers = type[(from + 1)..type.IndexOf(')', from)].Split(',');
        int? first = int.TryParse(numbers[0], out var n) ? n : null;
        int? second = numbers.Length > 1 && int.TryParse(numbers[1], out n) ? n : null;
        return (first, second);
    }
}
