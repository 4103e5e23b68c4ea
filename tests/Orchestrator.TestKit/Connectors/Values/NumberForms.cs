using System.Globalization;
using System.Numerics;
using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Numbers, money and bit strings.</summary>
internal static class NumberForms
{
    private const string Variable = """[{"type":"int32","optional":false,"field":"scale"},{"type":"bytes","optional":false,"field":"value"}]""";

    public static ValueForm Whole(string type) => new(type, t => t) { Zero = "0" };

    public static ValueForm Floating(bool isSingle) => new(isSingle ? "float" : "double", t => JavaNumber.Json(t, isSingle)) { Zero = "0.0" };

    /// <summary>numeric; its modifier holds precision and scale (numeric.c, make_numeric_typmod).</summary>
    public static ValueForm Decimal(int modifier, bool asText)
    {
        // As the connector names what is no number.
        if (asText) return new("string", t => JsonText.Quote(t switch { "NaN" => "NAN", "Infinity" => "POSITIVE_INFINITY", "-Infinity" => "NEGATIVE_INFINITY", _ => t })) { Zero = "\"0\"" };
        if (modifier < 4)
        {
            return new("struct", t => IsNumber(t) ? $"{{\"scale\":{Scale(t)},\"value\":{Unscaled(t)}}}" : "null")
            {
                Name = "io.debezium.data.VariableScaleDecimal", Doc = "Variable scaled decimal", Fields = Variable, Zero = "{\"scale\":0,\"value\":\"AA==\"}",
            };
        }

        var (precision, scale) = ((modifier - 4) >> 16, ((modifier - 4) & 0x7ff ^ 1024) - 1024);
        return Fixed(scale, $",\"connect.decimal.precision\":\"{precision}\"");
    }

    public static ValueForm Money(bool asText)
    {
        static string Plain(string text) => new([.. text.Where(c => char.IsAsciiDigit(c) || c is '-' or '.')]);
        var form = asText ? Decimal(-1, true) : Fixed(2, "");
        return form with { Json = t => form.Json(Plain(t)) };
    }

    /// <summary>bit(1) is a boolean, others are little-endian bytes without leading zeros.</summary>
    public static ValueForm Bits(bool varying, int modifier)
    {
        if (!varying && modifier == 1) return new("boolean", t => t == "1" ? "true" : "false") { Zero = "false" };
        return new("bytes", t => JsonText.Base64(LittleEndian(t)))
        {
            Name = "io.debezium.data.Bits",
            Parameters = $"{{\"length\":\"{(modifier < 0 ? int.MaxValue : modifier).ToString(CultureInfo.InvariantCulture)}\"}}",
        };
    }

    private static ValueForm Fixed(int scale, string more) => new("bytes", t => IsNumber(t) ? Unscaled(t) : "null")
    {
        Name = "org.apache.kafka.connect.data.Decimal",
        Parameters = $"{{\"scale\":\"{scale.ToString(CultureInfo.InvariantCulture)}\"{more}}}",
        Zero = "\"AA==\"",
        Unavailable = p => JsonText.Base64(Encoding.UTF8.GetBytes(p)),
    };

    private static bool IsNumber(string text) => text is not ("NaN" or "Infinity" or "-Infinity");

    private static int Scale(string text) => text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? text.Length - point - 1 : 0;

    private static string Unscaled(string text) =>
        JsonText.Base64(BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture).ToByteArray(isUnsigned: false, isBigEndian: true));

    private static byte[] LittleEndian(string bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        for (var i = 0; i < bits.Length; i++)
            if (bits[^(i + 1)] == '1') bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes.AsSpan().TrimEnd((byte)0).ToArray();
    }
}
