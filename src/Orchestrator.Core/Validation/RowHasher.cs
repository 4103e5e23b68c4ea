using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Core.Validation;

/// <summary>
/// Computes the digests of <see cref="CanonicalForm"/> in this process, for tables whose values no server can write in
/// canonical form: those with JSON. Both sides must do so for a table, one row at a time. Not for concurrent use.
/// </summary>
public sealed class RowHasher
{
    /// <summary>Characters of a value that are reported.</summary>
    private const int ReportedCharacters = 128;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly CanonicalMethod _method;
    private readonly bool[] _isJson;
    private readonly int[] _key;

    /// <param name="table">What is compared.</param>
    /// <param name="forms">Form of each of its columns.</param>
    /// <param name="method">How both sides hash.</param>
    public RowHasher(DigestTable table, IReadOnlyList<string?> forms, CanonicalMethod method)
    {
        _method = method;
        _isJson = [.. forms.Select(f => f == CanonicalForm.Json)];
        _key = [.. table.Key.Select(k => table.Columns.ToList().IndexOf(k))];
    }

    /// <summary>A table is digested here instead of by its server.</summary>
    public static bool IsNeeded(IEnumerable<string?> forms) => forms.Contains(CanonicalForm.Json);

    /// <param name="texts">Canonical texts of the row's columns; JSON as the server writes it, which is made canonical in place.</param>
    public RowDigest Hash(string?[] texts)
    {
        for (var i = 0; i < texts.Length; i++)
            if (_isJson[i] && texts[i] is { } json) texts[i] = CanonicalJson.Of(json);
        var (a, b) = HashOf(texts);
        return new RowDigest([.. _key.Select(k => texts[k]!)], a, b);
    }

    /// <summary>The bucket of a row that <see cref="Hash"/> was computed of.</summary>
    public int BucketOf(RowDigest row, int buckets) => (int)((_key.Length > 0 ? HashOf(row.Key).A : row.HashA) & (buckets - 1));

    /// <summary>The row with its values as they are reported; texts as <see cref="Hash"/> left them.</summary>
    public RowContent ContentOf(RowDigest row, string?[] texts) => new(row, [.. texts.Select(CellOf)]);

    private CellContent CellOf(string? text)
    {
        if (text is null) return new CellContent(null, 0, "");
        var (length, shown) = (0, text.Length);
        for (var i = 0; i < text.Length; i += char.IsHighSurrogate(text[i]) ? 2 : 1)
        {
            if (length++ == ReportedCharacters) shown = i;
        }

        _bytes.ResetWrittenCount();
        Put(text);
        return new CellContent(text[..shown], length, Convert.ToHexStringLower(CryptographicOperations.HashData(_method.Algorithm, _bytes.WrittenSpan)));
    }

    private (long A, long B) HashOf(IReadOnlyList<string?> texts)
    {
        _bytes.ResetWrittenCount();
        foreach (var text in texts)
        {
            if (text is null)
            {
                Put("~");
                continue;
            }

            Put(CharactersOf(text).ToString(CultureInfo.InvariantCulture));
            Put(":");
            Put(text);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        CryptographicOperations.HashData(_method.Algorithm, _bytes.WrittenSpan, hash);
        return (BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash[8..]));
    }

    private static int CharactersOf(string text)
    {
        var count = text.Length;
        foreach (var c in text)
            if (char.IsLowSurrogate(c)) count--;
        return count;
    }

    private void Put(string text) => Encoding.UTF8.GetBytes(text, _bytes);
}
