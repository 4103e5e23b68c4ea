using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>A decimal number with all of its digits.</summary>
/// <param name="IsNegative">Below zero.</param>
/// <param name="Digits">Without point, without zeros at either end; empty: zero.</param>
/// <param name="Exponent">Power of ten of the last digit.</param>
internal readonly partial record struct ExactNumber(bool IsNegative, string Digits, int Exponent) : IComparable<ExactNumber>
{
    /// <summary>More than numeric can hold on either side of the point (https://www.postgresql.org/docs/15/datatype-numeric.html).</summary>
    private const int Longest = 131_072;

    private int Magnitude => Digits.Length + Exponent;

    private int Sign => Digits.Length == 0 ? 0 : IsNegative ? -1 : 1;

    /// <summary>Digits with a sign, a point, an exponent, nothing else around them.</summary>
    public static bool TryParse(string text, out ExactNumber number)
    {
        number = default;
        if (Form().Match(text) is not { Success: true } match) return false;
        var (whole, fraction) = (match.Groups["whole"].Value, match.Groups["fraction"].Value);
        if (whole.Length + fraction.Length is 0 or > 2 * Longest) return false;
        var power = match.Groups["power"] is { Success: true } p ? int.Parse(p.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var digits = (whole + fraction).TrimStart('0');
        var kept = digits.TrimEnd('0');
        number = kept.Length == 0 ? new ExactNumber(false, "", 0) : new ExactNumber(match.Groups["sign"].ValueSpan is "-", kept, power - fraction.Length + digits.Length - kept.Length);
        return number.Magnitude <= Longest && number.Exponent >= -Longest;
    }

    public int CompareTo(ExactNumber other)
    {
        if (Sign != other.Sign || Sign == 0) return Sign.CompareTo(other.Sign);
        var size = Magnitude != other.Magnitude ? Magnitude.CompareTo(other.Magnitude) : string.CompareOrdinal(Digits, other.Digits);
        return Sign * size;
    }

    /// <summary>numeric(precision, scale) holds it as it is.</summary>
    public bool Fits(int precision, int scale) => Digits.Length == 0 || (-Exponent <= scale && Magnitude <= precision - scale);

    /// <summary>The number times a power of ten, if that is a whole one of 64 bits.</summary>
    public bool TryScale(int power, out long whole)
    {
        whole = 0;
        if (Digits.Length == 0) return true;
        return Exponent + power is >= 0 and <= 19 && long.TryParse($"{(IsNegative ? "-" : "")}{Digits}{new string('0', Exponent + power)}", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole);
    }

    /// <summary>By the form "numeric" of <see cref="Core.Validation.CanonicalForm"/>.</summary>
    public string Plain()
    {
        if (Digits.Length == 0) return "0";
        var sign = IsNegative ? "-" : "";
        if (Exponent >= 0) return sign + Digits + new string('0', Exponent);
        var padded = Digits.PadLeft(1 - Exponent, '0');
        return $"{sign}{padded[..^-Exponent]}.{padded[^-Exponent..]}";
    }

    [GeneratedRegex(@"\A(?<sign>[+-]?)(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<power>[+-]?[0-9]{1,6}))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
