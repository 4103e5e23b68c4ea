using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>Canonical texts as expressions of PostgreSQL, under the settings every session of ours has.</summary>
internal static class PgCanonicalSql
{
    /// <summary>The value's text in the form; NULL for NULL.</summary>
    public static string Of(PgDigestColumn column, string form, string value) => form switch
    {
        CanonicalForm.Numeric => PgHash.Output($"trim_scale({value})"),
        CanonicalForm.Float => Float(value),
        CanonicalForm.Text when IsPadded(column) => $"rtrim({PgHash.Output(value)}, ' ')",
        CanonicalForm.Bytes => $"encode({value}, 'hex')",
        CanonicalForm.Boolean => $"CASE {value} WHEN true THEN '1' WHEN false THEN '0' END",
        CanonicalForm.Timestamp => Timestamp(value),
        CanonicalForm.Moment => Timestamp($"({value} AT TIME ZONE 'UTC')"),
        CanonicalForm.Time => Time(value),
        _ => PgHash.Output(value),
    };

    /// <summary>Filled with blanks to a fixed length, which do not count.</summary>
    public static bool IsPadded(PgDigestColumn column) => column.CastType is "bpchar" or "character";

    /// <summary>The texts most numbers have, without exponent and of 15 digits at most, are turned round at once.</summary>
    private static string Float(string value) => $"""
        (SELECT CASE WHEN strpos(v, 'e') > 0 OR length(v) > 16 THEN {LongFloat}
                     WHEN v IN ('0', '-0', 'NaN', 'Infinity', '-Infinity') THEN v
                     WHEN strpos(v, '.') = 0 THEN rtrim(v, '0') || 'e' || (length(v) - length(rtrim(v, '0')))
                     ELSE {Sign} || ltrim(replace(ltrim(v, '-'), '.', ''), '0') || 'e-' || (length(v) - strpos(v, '.')) END
         FROM (SELECT {value}::float8 AS f, {PgHash.Output($"({value}::float8)")} AS v OFFSET 0) a)
        """;

    private const string Sign = "CASE WHEN v LIKE '-%' THEN '-' ELSE '' END";

    /// <summary>
    /// The server prints the fewest digits that give the value back under any way of rounding. Where a number with one digit
    /// less lies exactly between two values and is rounded to this one, other systems print that. Such a number is
    /// odd * 2^k with 17 digits at most before zeros, so it is an integer over 2^53 and below 10^40.
    /// </summary>
    private const string LongFloat = $"""
        (SELECT {Sign} || rtrim(y, '0') || 'e' || (x + length(y) - length(rtrim(y, '0')))
         FROM (SELECT x, CASE WHEN length(d) >= 16 AND abs(f) BETWEEN 9e15 AND 1e40
                              THEN CASE WHEN (round(d::numeric, -1)::text || 'e' || x)::float8 = abs(f) THEN round(d::numeric, -1)::text ELSE d END
                              ELSE d END AS y
               FROM (SELECT ltrim(replace(ltrim(split_part(v, 'e', 1), '-'), '.', ''), '0') AS d,
                            coalesce(nullif(split_part(v, 'e', 2), ''), '0')::int - length(split_part(split_part(v, 'e', 1), '.', 2)) AS x OFFSET 0) b OFFSET 0) c)
        """;

    /// <summary>to_char is quick, but knows neither years before Christ nor infinity.</summary>
    private static string Timestamp(string value)
    {
        var text = PgHash.Output(value);
        return $"""
            CASE WHEN isfinite({value}) AND {value} >= '0001-01-01' THEN to_char({value}, 'YYYY-MM-DD HH24:MI:SS.US')
                 WHEN isfinite({value}) THEN {Padded($"replace({text}, ' BC', '')")} || ' BC' ELSE {text} END
            """;
    }

    /// <summary>A span of days or months, which no other system has, keeps its own words.</summary>
    private static string Time(string value)
    {
        var text = PgHash.Output(value);
        return $"CASE WHEN {text} ~ '^-?[0-9]+:[0-9:.]+$' THEN {Padded(text)} ELSE {text} END";
    }

    /// <summary>With six digits after the point.</summary>
    private static string Padded(string text) =>
        $"rpad(CASE WHEN strpos({text}, '.') = 0 THEN {text} || '.' ELSE {text} END, strpos({text} || '.', '.') + 6, '0')";
}
