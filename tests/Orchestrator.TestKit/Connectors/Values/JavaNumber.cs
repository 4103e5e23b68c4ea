using System.Globalization;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Floating point numbers as Java writes them (<c>Double.toString</c>), which is what Connect's JSON converter prints.</summary>
internal static class JavaNumber
{
    /// <summary>JSON of a float4 or float8 in PostgreSQL's text form; what is no number is a string in Connect's JSON.</summary>
    public static string Json(string text, bool isSingle) =>
        text is "NaN" or "Infinity" or "-Infinity" ? $"\"{text}\"" : Format(text, isSingle);

    /// <summary>The number in Java's form: at least one decimal, exponent outside 10^-3 to 10^7.</summary>
    public static string Format(string text, bool isSingle)
    {
        var shortest = isSingle
            ? float.Parse(text, CultureInfo.InvariantCulture).ToString("E8", CultureInfo.InvariantCulture)
            : double.Parse(text, CultureInfo.InvariantCulture).ToString("E16", CultureInfo.InvariantCulture);
        // Both directions of the shortest form are the runtime's; only its layout differs from Java's.
        var round = isSingle
            ? float.Parse(shortest, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)
            : double.Parse(shortest, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
        var sign = round.StartsWith('-') ? "-" : "";
        var (digits, exponent) = Split(round.TrimStart('-'));
        return sign + Layout(digits, exponent);
    }

    /// <summary>0.00123 is ("123", -3): the digits with the point after the first, and the power of ten.</summary>
    private static (string Digits, int Exponent) Split(string number)
    {
        var e = number.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? number : number[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var first = all.TakeWhile(c => c == '0').Count();
        if (first == all.Length) return ("0", 0);
        return (all[first..].TrimEnd('0') is { Length: > 0 } d ? d : "0", exponent + whole.Length - 1 - first);
    }

    private static string Layout(string digits, int exponent)
    {
        if (exponent is < -3 or >= 7)
            return $"{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent.ToString(CultureInfo.InvariantCulture)}";
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        var padded = digits.PadRight(exponent + 1, '0');
        return $"{padded[..(exponent + 1)]}.{(padded.Length > exponent + 1 ? padded[(exponent + 1)..] : "0")}";
    }
}
