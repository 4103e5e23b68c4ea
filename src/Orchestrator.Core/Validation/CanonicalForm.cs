namespace Orchestrator.Core.Validation;

/// <summary>
/// The text by which values of two different database systems are compared (CASES V7, V8): equal values have equal texts,
/// different values different ones. Each engine writes it in its own SQL, so that a digest is computed where the rows are.
/// <para>
/// A row's digest is a hash (<see cref="CanonicalMethod"/>) of its columns' texts in order, each as its number of characters, a colon and itself, a
/// NULL as <c>~</c>, in UTF-8. The hash's first 16 hexadecimal digits are the first hash, the 16 after them the second, both as signed
/// 64-bit numbers. A row's bucket is the first hash of its key columns' texts, or of the whole row without a key, modulo
/// the number of buckets.
/// </para>
/// </summary>
public static class CanonicalForm
{
    /// <summary>
    /// Texts of the row that shows whether two servers compute alike: its two hashes and the first hash of its first text
    /// alone, as decimal numbers with blanks between, are the method's <see cref="DigestMethod.Probe"/>. The values are
    /// integer, text, <c>-1.50</c> as a decimal number, 1.5 as a floating point one, and NULL.
    /// </summary>
    public static IReadOnlyList<string?> ProbeRow { get; } =
        ["81985529216486895", "probe of the digest, longer than a block", "-1.5", "15e-1", null];

    /// <summary>Decimal digits, <c>-</c> before a negative number. <c>-17</c></summary>
    public const string Integer = "integer";

    /// <summary>Without exponent; no zeros at the end of the fraction, no point without one, one zero before a bare point: <c>0.5</c>, <c>-12</c>. NaN and infinities in PostgreSQL's words.</summary>
    public const string Numeric = "numeric";

    /// <summary>
    /// Floating point of 4 or 8 bytes, as 8 bytes in the fewest digits that give the value back: those digits without point
    /// and without zeros at either end, <c>e</c>, the power of ten of the last one: 0.71 is <c>71e-2</c>, 1200 is <c>12e2</c>;
    /// <c>0</c> and <c>-0</c>; NaN and infinities in PostgreSQL's words.
    /// </summary>
    public const string Float = "float";

    /// <summary>The text itself; fixed-length text without the blanks at its end.</summary>
    public const string Text = "text";

    /// <summary>Lower-case hexadecimal digits.</summary>
    public const string Bytes = "bytes";

    /// <summary><c>0</c> or <c>1</c>.</summary>
    public const string Boolean = "boolean";

    /// <summary><c>2024-02-29</c>, <c>infinity</c>, <c>-infinity</c>; years before Christ as PostgreSQL writes them.</summary>
    public const string Date = "date";

    /// <summary><c>2024-02-29 23:59:59.000000</c>, always six digits; otherwise as <see cref="Date"/>.</summary>
    public const string Timestamp = "timestamp";

    /// <summary>A moment, as <see cref="Timestamp"/> in UTC.</summary>
    public const string Moment = "moment";

    /// <summary>A span or time of day: sign if negative, hours in two digits or more, minutes, seconds, six digits: <c>-838:59:59.000000</c>.</summary>
    public const string Time = "time";

    /// <summary>Zeros and ones, all of them.</summary>
    public const string Bits = "bits";

    /// <summary>Lower case, with hyphens.</summary>
    public const string Uuid = "uuid";

    /// <summary>
    /// JSON; texts that differ only in blanks, order of keys or notation of numbers and characters are alike
    /// (<see cref="CanonicalJson"/>). No server writes it so: tables with such a column are digested by <see cref="RowHasher"/>.
    /// </summary>
    public const string Json = "json";

    /// <summary>The form of a PostgreSQL type; null if values of another system cannot be compared with it.</summary>
    /// <param name="type">Name without modifiers as the catalog prints it, e.g. <c>character varying</c>.</param>
    /// <param name="isEnum">It is an enumerated type.</param>
    public static string? Of(string type, bool isEnum) => isEnum ? Text : type switch
    {
        "smallint" or "integer" or "bigint" => Integer,
        "numeric" => Numeric,
        "real" or "double precision" => Float,
        "text" or "character varying" or "character" or "bpchar" => Text,
        "bytea" => Bytes,
        "boolean" => Boolean,
        "date" => Date,
        "timestamp without time zone" => Timestamp,
        "timestamp with time zone" => Moment,
        "time without time zone" or "interval" => Time,
        "bit" or "\"bit\"" or "bit varying" => Bits,
        "uuid" => Uuid,
        "json" or "jsonb" => Json,
        _ => null,
    };
}
