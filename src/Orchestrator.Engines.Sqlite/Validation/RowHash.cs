using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Orchestrator.Engines.Sqlite.Validation;

/// <summary>The digest of one row after the other, by <see cref="Core.Validation.CanonicalForm"/>.</summary>
internal sealed class RowHash : IDisposable
{
    private const int LongestNumber = 11;

    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    public void AddNull() => _md5.AppendData("~"u8);

    public void Add(ReadOnlySpan<byte> text)
    {
        Span<byte> length = stackalloc byte[LongestNumber + 1];
        Utf8Formatter.TryFormat(Characters(text), length, out var digits);
        length[digits] = (byte)':';
        _md5.AppendData(length[..(digits + 1)]);
        _md5.AppendData(text);
    }

    /// <summary>Both hashes; the next row begins.</summary>
    public (long First, long Second) End()
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        _md5.GetHashAndReset(hash);
        return (BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash[8..]));
    }

    /// <summary>Of one whole text, in hexadecimal digits.</summary>
    public static string Md5(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, text));

    /// <summary>Characters, not bytes; not counted are bytes that go on with one.</summary>
    public static int Characters(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text) count += (b & 0xC0) == 0x80 ? 0 : 1;
        return count;
    }

    public void Dispose() => _md5.Dispose();
}
