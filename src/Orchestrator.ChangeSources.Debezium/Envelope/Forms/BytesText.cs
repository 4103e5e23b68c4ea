using Orchestrator.Core.Buffers;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>Bytes as text of the target's.</summary>
internal static class BytesText
{
    public static void Hex(ReadOnlySpan<byte> bytes, RentedList<byte> output)
    {
        var text = output.Extend(bytes.Length * 2);
        Convert.TryToHexStringLower(bytes, text, out _);
    }

    public static void Uuid(ReadOnlySpan<byte> bytes, RentedList<byte> output)
    {
        if (bytes.Length != 16) throw EnvelopeErrors.Value($"{bytes.Length} bytes, a uuid has 16");
        ReadOnlySpan<int> ends = [4, 6, 8, 10, 16];
        var start = 0;
        foreach (var end in ends)
        {
            if (start > 0) output.Add((byte)'-');
            Hex(bytes[start..end], output);
            start = end;
        }
    }

    /// <param name="bytes">Least significant byte first; zeros at the end may be absent.</param>
    /// <param name="bits">How many there are.</param>
    /// <param name="output">Takes zeros and ones, most significant first.</param>
    public static void Bits(ReadOnlySpan<byte> bytes, int bits, RentedList<byte> output)
    {
        for (var i = (bits + 7) / 8; i < bytes.Length; i++)
            if (bytes[i] != 0) throw EnvelopeErrors.Value($"{bytes.Length} bytes for {bits} bits");
        var text = output.Extend(bits);
        for (var i = 0; i < bits; i++)
        {
            var bit = bits - 1 - i;
            text[i] = (byte)('0' + (bit / 8 < bytes.Length ? (bytes[bit / 8] >> (bit % 8)) & 1 : 0));
        }
    }
}
