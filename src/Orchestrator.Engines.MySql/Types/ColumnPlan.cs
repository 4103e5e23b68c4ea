using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>How the values of one column are read, from the column as planned.</summary>
internal sealed class ColumnPlan
{
    /// <summary>Part of <see cref="ColumnOrigin.Conversion"/>: dates that are none become NULL.</summary>
    public const string ZeroToNull = "zero-date=null";

    /// <summary>Part of <see cref="ColumnOrigin.Conversion"/>: dates that are none become <c>-infinity</c>.</summary>
    public const string ZeroToInfinity = "zero-date=-infinity";

    public ColumnPlan(ColumnSchema column)
    {
        var origin = column.Origin ?? throw new ArgumentException($"column {column.Name} has no origin", nameof(column));
        Column = column;
        Name = origin.Name;
        Type = MySqlType.Parse(origin.Type);
        Charset = origin.Charset;
        ZeroDate = origin.Conversion;
        Target = column.CastType;
        Reading = ReadingOf(Type, Target);
    }

    public ColumnSchema Column { get; }

    /// <summary>The source's table, for messages and counts; null where neither is made.</summary>
    public TableRef? Table { get; init; }

    /// <summary>Name on the source.</summary>
    public string Name { get; }

    public MySqlType Type { get; }

    /// <summary>Character set of its text on the source.</summary>
    public string Charset { get; }

    /// <summary>Read as it is stored and made Unicode here.</summary>
    public bool IsDecoded => Reading == ValueReading.Text && Type.IsText && Charset is not ("utf8mb4" or "binary" or "");

    /// <summary>Text that becomes PostgreSQL's JSON.</summary>
    public bool IsDocument => Target is "jsonb" or "json";

    /// <summary>What becomes of dates that are none; empty: the run stops.</summary>
    public string ZeroDate { get; }

    /// <summary>Type on the target, without modifiers.</summary>
    public string Target { get; }

    public ValueReading Reading { get; }

    /// <summary>The text values are compared by; null: they cannot be.</summary>
    public string? Form => CanonicalForm.Of(Target.Trim('"'), isEnum: Type.Name == "enum");

    private static ValueReading ReadingOf(MySqlType type, string target) => type switch
    {
        { Name: "bit" } when target == "boolean" => ValueReading.BitToBoolean,
        { Name: "bit" } => ValueReading.Bits,
        { IsInteger: true } when target == "boolean" => ValueReading.IntegerToBoolean,
        { Name: "float" or "double" } => ValueReading.Float,
        { IsDate: true } => ValueReading.Date,
        { IsBytes: true, Length: 16 } when target == "uuid" => ValueReading.BytesToUuid,
        { IsBytes: true } => ValueReading.Bytes,
        { IsText: true } or { Name: "enum" or "set" or "json" } => ValueReading.Text,
        _ => ValueReading.Plain,
    };
}

/// <summary>How a value in the source's text form becomes the target's.</summary>
internal enum ValueReading
{
    /// <summary>As it is; nothing in it means anything to COPY: numbers, times, years, uuids.</summary>
    Plain,

    /// <summary>Asked for with all its digits; otherwise as it is.</summary>
    Float,

    /// <summary>As it is, unless it is no date.</summary>
    Date,

    /// <summary>As it is; escaped for COPY, a NUL character refused.</summary>
    Text,

    /// <summary>Hexadecimal digits.</summary>
    Bytes,

    BytesToUuid,

    /// <summary>Zeros and ones.</summary>
    Bits,

    BitToBoolean,

    /// <summary>0 and 1; any other number is refused.</summary>
    IntegerToBoolean,
}
