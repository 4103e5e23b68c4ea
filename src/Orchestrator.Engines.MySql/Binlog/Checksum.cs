using System.Buffers.Binary;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// The CRC-32 (that of zlib) which stands behind every event of a log with <c>binlog_checksum=CRC32</c>. The description of
/// the log's format says whether it does, but one event comes before that.
/// </summary>
internal static class Checksum
{
    public const int Length = 4;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (c, _) => (c & 1) == 0 ? c >> 1 : (c >> 1) ^ 0xEDB8_8320))];

    /// <summary>The last bytes are the checksum of those before.</summary>
    public static bool Ends(ReadOnlySpan<byte> packet)
    {
        if (packet.Length <= Length) return false;
        var crc = uint.MaxValue;
        foreach (var b in packet[..^Length]) crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc == BinaryPrimitives.ReadUInt32LittleEndian(packet[^Length..]);
    }
}
