using System.Globalization;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>Texts of floating point numbers.</summary>
internal static class FloatText
{
    /// <summary>The fewest digits that give the value back; infinities in PostgreSQL's words. There is no NaN: SQLite stores it as NULL.</summary>
    public static string Shortest(double value) =>
        double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Shortest"/>, with a point where the number is whole, so that it stays different from an integer.</summary>
    public static string AsText(double value)
    {
        var text = Shortest(value);
        return text.AsSpan().IndexOfAny(".EIy") < 0 ? text + ".0" : text;
    }

    /// <summary>By the form "float" of <see cref="Core.Validation.CanonicalForm"/>.</summary>
    public static string Canonical(double value)
    {
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        if (double.IsInfinity(value)) return Shortest(value);
        var (digits, exponent) = Parts(Math.Abs(value));
        digits = RoundedLikeOthers(Math.Abs(value), digits, exponent);
        var kept = digits.TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{kept}e{exponent + digits.Length - kept.Length}");
    }

    /// <summary>The same number without exponent, by the form "numeric".</summary>
    public static string Plain(double value)
    {
        if (value == 0) return "0";
        if (double.IsInfinity(value)) return Shortest(value);
        var (digits, exponent) = Parts(Math.Abs(value));
        var sign = value < 0 ? "-" : "";
        if (exponent >= 0) return sign + digits + new string('0', exponent);
        var padded = digits.PadLeft(-exponent + 1, '0');
        var fraction = padded[^-exponent..].TrimEnd('0');
        return sign + padded[..^-exponent] + (fraction.Length > 0 ? "." + fraction : "");
    }

    /// <summary>Digits without point and leading zeros, and the power of ten of the last one.</summary>
    private static (string Digits, int Exponent) Parts(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0) exponent -= mantissa.Length - point - 1;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        return (digits, exponent);
    }

    /// <summary>
    /// Where a number with one digit less lies exactly between two values and is rounded to this one, the canonical text is
    /// that number.
    /// </summary>
    private static string RoundedLikeOthers(double value, string digits, int exponent)
    {
        var significant = digits.TrimEnd('0');
        if (significant.Length < 16 || value is < 9e15 or > 1e40) return digits;
        var tail = digits.Length - significant.Length;
        var rounded = decimal.Round(decimal.Parse(significant, CultureInfo.InvariantCulture) / 10, MidpointRounding.AwayFromZero).ToString("0", CultureInfo.InvariantCulture) + "0";
        var text = string.Create(CultureInfo.InvariantCulture, $"{rounded}E{exponent + tail}");
        return double.Parse(text, CultureInfo.InvariantCulture) == value ? rounded + new string('0', tail) : digits;
    }
}
