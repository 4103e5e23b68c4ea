using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Engines.Sqlite.Types;

/// <summary>
/// UUIDs made of old keys: version 5 (https://www.rfc-editor.org/rfc/rfc9562#section-5.5) of a namespace and
/// <c>schema.table:column:value</c> with the target's names, so that the same key always becomes the same UUID and no two
/// tables of one target share one.
/// </summary>
/// <param name="Space">The namespace.</param>
/// <param name="Prefix">What stands before the value: <see cref="PrefixOf"/>.</param>
internal sealed record KeyUuid(Guid Space, string Prefix)
{
    /// <summary>Names with a point, colon or quote stand in quotes: otherwise two keys could have one name.</summary>
    public static string PrefixOf(string schema, string table, string column) => $"{Part(schema)}.{Part(table)}:{Part(column)}:";

    /// <param name="value">The old key as text in UTF-8.</param>
    public string Of(ReadOnlySpan<byte> value)
    {
        var name = new byte[16 + Encoding.UTF8.GetByteCount(Prefix) + value.Length];
        Space.TryWriteBytes(name, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(Prefix, name.AsSpan(16));
        value.CopyTo(name.AsSpan(length));
        return FromHash(name);
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 9562 names SHA-1; nothing is kept secret by it.")]
    private static string FromHash(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString("D");
    }

    private static string Part(string name) =>
        name.AsSpan().IndexOfAny('.', ':', '"') < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
