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
    public static bool Date(ReadOnlySpan<byte> text, ColumnPlan column, ZeroDateTally tally, ArrayBufferWriter<byte> output)
    {
        if (!IsZeroDate(text))
        {
            output.Write(text);
            return true;
        }

        tally.Add(column, text);
        if (column.ZeroDate == ColumnPlan.ZeroToNull) return false;
        output.Write("-infinity"u8);
        return true;
    }

    /// <summary><c>0000-00-00</c>, <c>2024-00-15</c>, <c>2024-02-00</c>. The year 0 with month and day is one too: PostgreSQL has none.</summary>
    public static bool IsZeroDate(ReadOnlySpan<byte> text) =>
        text.Length >= 10 && (text[5..7].SequenceEqual("00"u8) || text[8..10].SequenceEqual("00"u8) || text[..4].SequenceEqual("0000"u8));

    public static void Bytes(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        output.Write("\\x"u8);
        Hex(value, output);
    }

    public static void Uuid(ReadOnlySpan<byte> value, ColumnPlan column, ArrayBufferWriter<byte> output)
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
    public static void Bits(ReadOnlySpan<byte> value, int bits, ArrayBufferWriter<byte> output)
    {
        var digits = output.GetSpan(bits);
        for (var i = 0; i < bits; i++)
        {
            var bit = bits - 1 - i;
            digits[i] = (byte)('0' + ((value[value.Length - 1 - (bit / 8)] >> (bit % 8)) & 1));
        }

        output.Advance(bits);
    }

    public static void IntegerToBoolean(ReadOnlySpan<byte> text, ColumnPlan column, ArrayBufferWriter<byte> output)
    {
        if (!Utf8Parser.TryParse(text, out long number, out var used) || used != text.Length || number is not (0 or 1))
            throw Refused(column, $"holds {System.Text.Encoding.ASCII.GetString(text)}, which is no boolean");
        output.Write(number == 1 ? "1"u8 : "0"u8);
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

    private static void Hex(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
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
