using System.Buffers;
using System.Buffers.Text;
using Orchestrator.Core.Errors;

namespace Orchestrator.Engines.MySql.Types;

/// <summary>Turns values of the text protocol into the target's text form.</summary>
internal static class ValueText
{
    private static readonly byte[] HexDigits = "0123456789abcdef"u8.ToArray();

    /// <summary>A date, in the text protocol and in the binary log alike.</summary>
    /// <returns>False: it is none, and becomes NULL.</returns>
    public static bool Date(ReadOnlySpan<byte> text, ColumnPlan column, ZeroDateTally tally, IBufferWriter<byte> output)
    {
        if (!IsNoDate(text))
        {
            output.Write(text);
            return true;
        }

        tally.Add(column, text);
        if (column.ZeroDate == ColumnPlan.ZeroToNull) return false;
        output.Write("-infinity"u8);
        return true;
    }

    /// <summary>
    /// <c>0000-00-00</c>, <c>2024-00-15</c>, <c>2024-02-00</c>, and <c>2024-02-30</c>, which ALLOW_INVALID_DATES lets in. The year 0
    /// with month and day is one too: PostgreSQL has none.
    /// </summary>
    public static bool IsNoDate(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10) return false;
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        return year == 0 || month is 0 or > 12 || day == 0 || (day > 28 && day > DateTime.DaysInMonth(year, month));
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits) number = (number * 10) + digit - '0';
        return number;
    }

    public static void Bytes(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        output.Write("\\x"u8);
        Hex(value, output);
    }

    public static void Uuid(ReadOnlySpan<byte> value, ColumnPlan column, IBufferWriter<byte> output)
    {
        if (value.Length != 16) throw Refused(column, $"holds {value.Length} bytes, a uuid has 16");
        ReadOnlySpan<int> groups = [4, 2, 2, 2, 6];
        foreach (var group in groups)
        {
            if (value.Length < 16) output.Write("-"u8);
            Hex(value[..group], output);
            value = value[group..];
        }
    }

    /// <param name="value">Most significant byte first.</param>
    /// <param name="bits">How many count.</param>
    /// <param name="output">Takes zeros and ones.</param>
    public static void Bits(ReadOnlySpan<byte> value, int bits, IBufferWriter<byte> output)
    {
        var digits = output.GetSpan(bits);
        for (var i = 0; i < bits; i++)
        {
            var bit = bits - 1 - i;
            digits[i] = (byte)('0' + ((value[value.Length - 1 - (bit / 8)] >> (bit % 8)) & 1));
        }

        output.Advance(bits);
    }

    public static void IntegerToBoolean(ReadOnlySpan<byte> text, ColumnPlan column, IBufferWriter<byte> output)
    {
        if (!Utf8Parser.TryParse(text, out long number, out var used) || used != text.Length || number is not (0 or 1))
            throw NoBoolean(column, System.Text.Encoding.ASCII.GetString(text));
        output.Write(number == 1 ? "1"u8 : "0"u8);
    }

    public static OrchestratorException NoBoolean(ColumnPlan column, string number) => Refused(column, $"holds {number}, which is no boolean");

    public static OrchestratorException NoText(ColumnPlan column, string set) => Refused(column, $"holds bytes that are no text in {set}");

    /// <summary>MySQL's JSON may hold escapes that are no character of PostgreSQL's: <c>\u0000</c> and half a pair.</summary>
    public static void CheckDocument(ReadOnlySpan<byte> json, ColumnPlan column)
    {
        var awaitsLow = false;
        for (var i = json.IndexOf((byte)'\\'); i >= 0 && i + 1 < json.Length; i++)
        {
            var isEscape = json[i] == '\\';
            var code = isEscape && json[i + 1] == 'u' && i + 6 <= json.Length && Utf8Parser.TryParse(json.Slice(i + 2, 4), out ushort hex, out _, 'x') ? hex : (ushort?)null;
            if (code == 0) throw NulCharacter(column);
            var isLow = code is >= 0xDC00 and <= 0xDFFF;
            if (isLow != awaitsLow) throw Refused(column, "holds half a character (a surrogate without the other)");
            awaitsLow = code is >= 0xD800 and <= 0xDBFF;
            if (isEscape) i += code is null ? 1 : 5;
        }

        if (awaitsLow) throw Refused(column, "holds half a character (a surrogate without the other)");
    }

    /// <summary>An enumeration's value that is none of its labels reads as the empty text (CASES MP8).</summary>
    public static void CheckLabel(ReadOnlySpan<byte> value, ColumnPlan column)
    {
        if (value.IsEmpty && column.Type.Name == "enum" && !column.Type.Labels.Contains("")) throw Refused(column, "holds a value that is none of its labels");
    }

    /// <summary>Cutting the text off there, as others do, would lose what follows (CASES MP12).</summary>
    public static OrchestratorException NulCharacter(ColumnPlan column) => Refused(column, "holds a NUL character, which PostgreSQL's text cannot");

    /// <summary>A value that cannot be moved as it is; the reader adds table and key.</summary>
    public static OrchestratorException Refused(ColumnPlan column, string what) => new(
        ErrorKind.Data, "E-VALUE-001", $"Column {column.Name} ({column.Column.Origin!.Type}) {what}.",
        "Change the value on the source, or give the column another type in the configuration file, then resume or start again.")
    {
        Column = column.Name,
    };

    private static void Hex(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        var digits = output.GetSpan(value.Length * 2);
        for (var i = 0; i < value.Length; i++)
        {
            digits[2 * i] = HexDigits[value[i] >> 4];
            digits[(2 * i) + 1] = HexDigits[value[i] & 15];
        }

        output.Advance(value.Length * 2);
    }
}
