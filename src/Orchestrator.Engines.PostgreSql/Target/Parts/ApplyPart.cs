using System.Buffers.Binary;
using System.Text;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// Which part applies a row. Every process must come to the same answer, also one of another version, so the function is
/// written down here: FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv) over the bytes of the table's schema, a zero, its name, a zero and, for each key
/// column, four bytes of length (little-endian) and the value's text; its bits mixed as by MurmurHash3's fmix64; modulo the
/// number of parts.
/// </summary>
internal static class ApplyPart
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The part of a table that is applied by one of them.</summary>
    public static int OfTable(TableRef table, int parts) => Reduce(Begin(table), parts);

    /// <summary>Hash of the table, to be gone on with by its key's values.</summary>
    public static ulong Begin(TableRef table) =>
        Add(Add(Add(Add(Basis, Encoding.UTF8.GetBytes(table.Schema)), [0]), Encoding.UTF8.GetBytes(table.Name)), [0]);

    /// <summary>Adds the next key value.</summary>
    public static ulong AddValue(ulong hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        return Add(Add(hash, length), value);
    }

    /// <summary>The part once all values are added.</summary>
    public static int Reduce(ulong hash, int parts)
    {
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53;
        hash ^= hash >> 33;
        return (int)(hash % (ulong)parts);
    }

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) hash = unchecked((hash ^ b) * Prime);
        return hash;
    }
}
