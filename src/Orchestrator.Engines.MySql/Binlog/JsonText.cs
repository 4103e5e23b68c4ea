using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Scalars of a document as MySQL prints them.</summary>
internal static class JsonText
{
    /// <summary>Places before and after the point within which it prints no exponent (MAX_DECPT_FOR_F_FORMAT of dtoa.cc).</summary>
    private const int MostPlaces = 15;

    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    /// <summary>In quotes; <c>double_quote</c> of json_dom.cc.</summary>
    public static void String(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        for (var at = text.IndexOfAny(Special); at >= 0; at = text.IndexOfAny(Special))
        {
            output.Write(text[..at]);
            Escape(text[at], output);
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    /// <summary>
    /// The fewest digits that give the number back (<c>my_gcvt</c> of dtoa.cc); a whole number gets <c>.0</c>, which tells it
    /// from an integer.
    /// </summary>
    public static void Double(double number, ArrayBufferWriter<byte> output)
    {
        if (!double.IsFinite(number)) throw new DamagedValue("a number that is none");
        var text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var point = (dot < 0 ? all.Length : dot) + exponent - (all.Length - digits.Length);
        Put((double.IsNegative(number) ? "-" : "") + (digits.Length == 0 ? "0.0" : Placed(digits.TrimEnd('0'), point)), output);
    }

    /// <param name="digits">Neither first nor last is 0.</param>
    /// <param name="point">How many of them stand before the point; negative: zeros after it.</param>
    private static string Placed(string digits, int point)
    {
        if (point is > MostPlaces or <= -MostPlaces)
            return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{point - 1}");
        if (point <= 0) return "0." + new string('0', -point) + digits;
        return digits.Length <= point ? digits.PadRight(point, '0') + ".0" : digits[..point] + "." + digits[point..];
    }

    private static void Escape(byte character, ArrayBufferWriter<byte> output)
    {
        switch (character)
        {
            case (byte)'"': output.Write("\\\""u8); break;
            case (byte)'\\': output.Write("\\\\"u8); break;
            case (byte)'\b': output.Write("\\b"u8); break;
            case (byte)'\f': output.Write("\\f"u8); break;
            case (byte)'\n': output.Write("\\n"u8); break;
            case (byte)'\r': output.Write("\\r"u8); break;
            case (byte)'\t': output.Write("\\t"u8); break;
            default: Put($"\\u00{character:x2}", output); break;
        }
    }

    private static void Put(string text, ArrayBufferWriter<byte> output) => output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
}
