using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Orchestrator.TestKit;

/// <summary>
/// Gives a copied data directory a system identifier of its own. Copies of one template would otherwise claim
/// to be the same server, and a source that is its own target is something the product must recognise.
/// </summary>
internal static class SystemIdentifier
{
    private const int LargestControlStruct = 512;

    /// <summary>Rewrites pg_control; the write-ahead log must be reset afterwards because it carries the old identifier.</summary>
    public static async Task RenewAsync(string dataDirectory)
    {
        var path = dataDirectory + "/global/pg_control";
        var control = await File.ReadAllBytesAsync(path);
        var crcOffset = FindCrc(control);
        RandomNumberGenerator.Fill(control.AsSpan(0, 7));
        control[7] &= 0x7F;
        BinaryPrimitives.WriteUInt32LittleEndian(control.AsSpan(crcOffset), Crc(control.AsSpan(0, crcOffset)));
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
            await file.WriteAsync(control);
        await ServerAccount.RequireAsync(PgBinaries.Path("pg_resetwal"), "-f", "-D", dataDirectory);
    }

    /// <summary>The CRC follows the struct whose length differs between versions: it is where the sum fits.</summary>
    private static int FindCrc(ReadOnlySpan<byte> control)
    {
        for (var offset = 64; offset < LargestControlStruct; offset += 4)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(control[offset..]) == Crc(control[..offset]))
                return offset;
        }
        throw new InvalidDataException("pg_control has no checksum where one is expected");
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
