using System.Buffers.Binary;

namespace Orchestrator.TestKit.Connectors;

/// <summary>The Java producer's choice of a partition by key (https://github.com/apache/kafka, Utils.murmur2 and toPositive).</summary>
internal static class Murmur2
{
    private const uint Factor = 0x5bd1e995;

    public static int Partition(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & 0x7fffffff) % partitions;

    private static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = 0x9747b28c ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Factor;
            hash = (hash * Factor) ^ ((word ^ (word >> 24)) * Factor);
        }

        for (var i = data.Length - 1; i >= 0; i--) hash ^= (uint)data[i] << (8 * i);
        if (data.Length > 0) hash *= Factor;
        hash = (hash ^ (hash >> 13)) * Factor;
        return hash ^ (hash >> 15);
    }
}
