using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>What a column becomes.</summary>
/// <param name="Type">Type with modifiers.</param>
/// <param name="CastType">Without modifiers, as the target's catalog spells it; <c>bpchar</c> and <c>"bit"</c>, because <c>character</c> and <c>bit</c> alone mean one.</param>
internal sealed record TargetType(string Type, string CastType)
{
    public TargetType(string type)
        : this(type, type)
    {
    }
}

/// <summary>The PostgreSQL type of each MySQL type; every value of the one fits the other (docs/mysql.md has the table).</summary>
internal static class TypeMap
{
    /// <summary>Longest label of an enumerated type of PostgreSQL's, in bytes (NAMEDATALEN - 1).</summary>
    private const int LongestLabel = 63;

    /// <summary>Null: nothing of PostgreSQL's holds such values.</summary>
    /// <param name="type">The source's type.</param>
    /// <param name="isJson">A text that the source checks to be JSON (MariaDB's JSON type).</param>
    /// <param name="enumType">Name the column's enumerated type would have.</param>
    /// <param name="options">What the user chose.</param>
    public static TargetType? Of(MySqlType type, bool isJson, TableRef enumType, MappingOptions options) => type.Name switch
    {
        "tinyint" when type.Length == 1 && !type.IsUnsigned && options.TinyIntIsBoolean => new("boolean"),
        "tinyint" => new("smallint"),
        "smallint" => new(type.IsUnsigned ? "integer" : "smallint"),
        "mediumint" => new("integer"),
        "int" => new(type.IsUnsigned ? "bigint" : "integer"),
        "bigint" => type.IsUnsigned ? new("numeric(20,0)", "numeric") : new("bigint"),
        "decimal" => new($"numeric({Text(type.Length ?? 10)},{Text(type.Scale ?? 0)})", "numeric"),
        "float" => new("real"),
        "double" => new("double precision"),
        "bit" => type.Length is null or 1 ? new("boolean") : new($"bit({Text(type.Length.Value)})", "\"bit\""),
        "year" => new("smallint"),
        "date" => new("date"),
        "datetime" => new($"timestamp({Text(type.Length ?? 0)}) without time zone", "timestamp without time zone"),
        "timestamp" => new($"timestamp({Text(type.Length ?? 0)}) with time zone", "timestamp with time zone"),
        "time" => new($"interval({Text(type.Length ?? 0)})", "interval"),
        "enum" when options.Enums == EnumMapping.Native && CanBeEnum(type) => new($"{Quote(enumType.Schema)}.{Quote(enumType.Name)}"),
        "enum" or "set" => new("text"),
        "json" => new("jsonb"),
        _ when isJson => new("jsonb"),
        "char" when type.Length > 0 => new($"character({Text(type.Length.Value)})", "bpchar"),
        "varchar" when type.Length > 0 => new($"character varying({Text(type.Length.Value)})", "character varying"),
        _ when type.IsText => new("text"),
        _ when type.IsBytes => new("bytea"),
        "uuid" => new("uuid"),
        "inet4" or "inet6" => new("text"),
        _ => null,
    };

    /// <summary>An identifier of the target inside a type's name.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The catalog of the source writes a question mark for every character beyond the first 65,536: such labels are not known.</summary>
    public static bool KnowsLabels(MySqlType type) => !type.Labels.Any(l => l.Contains('?', StringComparison.Ordinal));

    public static bool CanBeEnum(MySqlType type) =>
        KnowsLabels(type) && type.Labels.All(l => l.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(l) <= LongestLabel) && type.Labels.Distinct(StringComparer.Ordinal).Count() == type.Labels.Count;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
