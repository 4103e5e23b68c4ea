using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// Numbers as Kafka Connect writes them: the unscaled value in two's complement, most significant byte first, and a scale
/// (https://kafka.apache.org/40/javadoc/org/apache/kafka/connect/data/Decimal.html).
/// </summary>
internal static class DecimalText
{
    private const int MostZeros = 131_072; // digits before the point of a numeric

    public static void Write(ReadOnlySpan<byte> unscaled, int scale, RentedList<byte> output)
    {
        if (unscaled.IsEmpty) throw EnvelopeErrors.Value("a decimal of no bytes");
        if (Math.Abs((long)scale) > MostZeros) throw EnvelopeErrors.Value($"a decimal of scale {scale}");
        if (unscaled.Length > 8)
        {
            var number = new BigInteger(unscaled, isUnsigned: false, isBigEndian: true);
            var text = BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture);
            Place(Encoding.ASCII.GetBytes(text), number.Sign < 0, scale, output);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        bytes.Fill((unscaled[0] & 0x80) != 0 ? (byte)0xFF : (byte)0);
        unscaled.CopyTo(bytes[(8 - unscaled.Length)..]);
        var small = BinaryPrimitives.ReadInt64BigEndian(bytes);
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(small < 0 ? unchecked((ulong)-small) : (ulong)small, digits, out var count);
        Place(digits[..count], small < 0, scale, output);
    }

    /// <summary>What Debezium writes in place of digits where a numeric is none (io.debezium.data.SpecialValueDecimal).</summary>
    public static bool TryWriteSpecial(ReadOnlySpan<byte> text, RentedList<byte> output)
    {
        if (text.SequenceEqual("NAN"u8) || text.SequenceEqual("NaN"u8)) output.Append("NaN"u8);
        else if (text.SequenceEqual("POSITIVE_INFINITY"u8) || text.SequenceEqual("Infinity"u8)) output.Append("Infinity"u8);
        else if (text.SequenceEqual("NEGATIVE_INFINITY"u8) || text.SequenceEqual("-Infinity"u8)) output.Append("-Infinity"u8);
        else return false;
        return true;
    }

    private static void Place(ReadOnlySpan<byte> digits, bool isNegative, int scale, RentedList<byte> output)
    {
        if (isNegative) output.Add((byte)'-');
        if (scale <= 0)
        {
            output.Append(digits);
            if (digits is not [(byte)'0']) output.Extend(-scale).Fill((byte)'0');
            return;
        }

        var whole = digits.Length - scale;
        if (whole > 0) output.Append(digits[..whole]);
        else output.Add((byte)'0');
        output.Add((byte)'.');
        if (whole < 0) output.Extend(-whole).Fill((byte)'0');
        output.Append(whole > 0 ? digits[whole..] : digits);
    }
}
