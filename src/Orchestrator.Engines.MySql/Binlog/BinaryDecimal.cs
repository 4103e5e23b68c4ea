using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// DECIMAL as it is stored: nine digits in four bytes, big-endian, fewer digits in fewer bytes; the highest bit turned over
/// is the sign, and a negative number has every bit turned over (decimal2bin in strings/decimal.c).
/// </summary>
internal static class BinaryDecimal
{
    private const int DigitsPerWord = 9;
    private static readonly int[] BytesOfDigits = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
    private static readonly uint[] Powers = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    public static int Size(int precision, int scale)
    {
        var whole = precision - scale;
        return (whole / DigitsPerWord * 4) + BytesOfDigits[whole % DigitsPerWord] + (scale / DigitsPerWord * 4) + BytesOfDigits[scale % DigitsPerWord];
    }

    /// <exception cref="DamagedValue">Its digits are none.</exception>
    public static void Write(ReadOnlySpan<byte> value, int precision, int scale, ArrayBufferWriter<byte> output)
    {
        Span<byte> bytes = stackalloc byte[value.Length];
        value.CopyTo(bytes);
        var isNegative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= 0x80;
        if (isNegative)
        {
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)~bytes[i];
        }

        var digits = new StringBuilder();
        ReadOnlySpan<byte> left = bytes;
        var whole = precision - scale;
        Take(ref left, whole % DigitsPerWord, digits);
        for (var i = 0; i < whole / DigitsPerWord; i++) Take(ref left, DigitsPerWord, digits);
        var wholeText = digits.ToString().TrimStart('0');
        digits.Clear();
        for (var i = 0; i < scale / DigitsPerWord; i++) Take(ref left, DigitsPerWord, digits);
        Take(ref left, scale % DigitsPerWord, digits);
        var text = (isNegative ? "-" : "") + (wholeText.Length == 0 ? "0" : wholeText) + (scale > 0 ? "." + digits : "");
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
    }

    private static void Take(ref ReadOnlySpan<byte> left, int digits, StringBuilder text)
    {
        if (digits == 0) return;
        var size = BytesOfDigits[digits];
        Span<byte> word = stackalloc byte[4];
        word.Clear();
        left[..size].CopyTo(word[(4 - size)..]);
        left = left[size..];
        var number = BinaryPrimitives.ReadUInt32BigEndian(word);
        if (number >= Powers[digits]) throw new DamagedValue($"a decimal with {number} in the place of {digits} digits");
        text.Append(number.ToString("D" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }
}
