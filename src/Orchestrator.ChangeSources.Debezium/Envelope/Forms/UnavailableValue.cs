using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// What stands for a value that was not sent because it did not change (CASES C4): the connector's
/// <c>unavailable.value.placeholder</c>, in the form that the column's type takes
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-toasted-values).
/// A value that happens to be the same text cannot be told from it, so each run has one of its own.
/// </summary>
internal sealed class UnavailableValue
{
    private readonly byte[] _text;
    private readonly byte[][] _arrays;

    /// <param name="text">The placeholder: ASCII, without quotes and backslashes.</param>
    public UnavailableValue(string text)
    {
        _text = Encoding.ASCII.GetBytes(text);
        _arrays =
        [
            [.. "{\""u8, .. Text, .. "\"}"u8],
            Encoding.ASCII.GetBytes($"{{{string.Join(',', _text)}}}"),
            Encoding.ASCII.GetBytes($"{{\"{NamedUuid(_text)}\"}}"),
            Encoding.ASCII.GetBytes($"{{\"\\\\x{Convert.ToHexStringLower(Text)}\"}}"),
        ];
    }

    public ReadOnlySpan<byte> Text => _text;

    /// <summary>Texts, numbers (its bytes), a uuid made of it, bytes; each as the array they become here.</summary>
    public bool IsArray(ReadOnlySpan<byte> arrayText)
    {
        foreach (var array in _arrays)
            if (arrayText.SequenceEqual(array)) return true;
        return false;
    }

    /// <summary>UUID of version 3 of the text without a name space, as Java makes it (UUID.nameUUIDFromBytes; RFC 9562, section 5.3).</summary>
    private static Guid NamedUuid(byte[] text)
    {
#pragma warning disable CA5351 // The version says which hash it is; nothing is protected by it.
        var hash = MD5.HashData(text);
#pragma warning restore CA5351
        (hash[6], hash[8]) = ((byte)((hash[6] & 0x0f) | 0x30), (byte)((hash[8] & 0x3f) | 0x80));
        return new Guid(hash, bigEndian: true);
    }
}
