using System.Buffers.Binary;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// The CRC-32 (that of zlib) which stands behind every event of a log with <c>binlog_checksum=CRC32</c>. The description of
/// the log's format says whether it does, but one event comes before that.
/// </summary>
internal static class Checksum
{
    public const int Length = 4;

    /// <summary>Bytes that are taken at once: one table for each.</summary>
    private const int Stride = 8;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The last bytes are the checksum of those before.</summary>
    public static bool Ends(ReadOnlySpan<byte> packet) =>
        packet.Length > Length && Of(packet[..^Length]) == BinaryPrimitives.ReadUInt32LittleEndian(packet[^Length..]);

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= Stride; bytes = bytes[Stride..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(uint)..]);
            crc = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (var b in bytes) crc = Tables[0][(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[Stride][];
        tables[0] = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (c, _) => (c & 1) == 0 ? c >> 1 : (c >> 1) ^ 0xEDB8_8320))];
        for (var i = 1; i < Stride; i++) tables[i] = [.. tables[i - 1].Select(c => tables[0][(byte)c] ^ (c >> 8))];
        return tables;
    }
}
