namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>What a column's JSON is, and what text it becomes.</summary>
internal enum FormKind : byte
{
    /// <summary>A string, taken as it is.</summary>
    Text,

    /// <summary>A string that is one of an enumeration's labels; the empty one stands for a value that is none.</summary>
    Label,

    /// <summary>A whole number, taken as it is.</summary>
    Integer,

    /// <summary>64 bits without sign: base64 of a number, or a number whose upper half reads negative.</summary>
    Unsigned,

    /// <summary>A number, or one of the strings NaN, Infinity, -Infinity.</summary>
    Float,

    Boolean,

    /// <summary>0 or 1 that becomes a boolean; any other number is refused.</summary>
    IntegerToBoolean,

    /// <summary>Base64 of a number (Size is its scale), a string of digits (Size is <see cref="ValueForm.Digits"/>), or an object with a scale of its own.</summary>
    Decimal,

    /// <summary>Base64 that becomes hexadecimal digits; Size is the least number of bytes, filled up with zeros.</summary>
    Bytes,

    BytesToUuid,

    /// <summary>Base64 of the text of a value whose type Debezium does not know.</summary>
    TextInBytes,

    /// <summary>Base64 of bits, least significant byte first; Size is their number.</summary>
    Bits,

    /// <summary>Days since 1970.</summary>
    Date,

    /// <summary>Time since midnight; Size is how many of its units make a second.</summary>
    Time,

    /// <summary>Length of time, perhaps negative; Size is how many of its units make a second.</summary>
    Duration,

    /// <summary>Time since 1970 on the wall clock; Size is how many of its units make a second.</summary>
    Timestamp,

    /// <summary>ISO 8601 in UTC.</summary>
    ZonedTimestamp,

    ZonedTime,

    /// <summary>A JSON array of Element.</summary>
    Array,

    /// <summary>A JSON object, or a string that holds one.</summary>
    Hstore,

    /// <summary>Nothing that can be read faithfully; Why says so.</summary>
    Refused,
}

/// <summary>How the values of one column are read; chosen once per table.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Size">Meaning by kind.</param>
/// <param name="Element">Of an array.</param>
/// <param name="Type">Of a refused one, its type's name.</param>
/// <param name="Why">Of a refused one, why.</param>
internal sealed record ValueForm(FormKind Kind, int Size = 0, ValueForm? Element = null, string Type = "", string Why = "")
{
    /// <summary>Size of a decimal whose strings are digits, not base64.</summary>
    public const int Digits = int.MinValue;

    /// <summary>Size of a decimal that is an object with a scale of its own.</summary>
    public const int OwnScale = int.MinValue + 1;

    public const int Seconds = 1, Millis = 1_000, Micros = 1_000_000, Nanos = 1_000_000_000;

    public static ValueForm Refuse(string type, string why) => new(FormKind.Refused, 0, null, type, why);
}
