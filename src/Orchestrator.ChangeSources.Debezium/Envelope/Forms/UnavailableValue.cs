using System.Text;

namespace Orchestrator.ChangeSources.Debezium.Envelope.Forms;

/// <summary>
/// What stands for a value that was not sent because it did not change (CASES C4): the connector's
/// <c>unavailable.value.placeholder</c>, left at its default, in the form that the column's type takes
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-toasted-values).
/// A value that happens to be the same text cannot be told from it.
/// </summary>
internal static class UnavailableValue
{
    public static ReadOnlySpan<byte> Text => "__debezium_unavailable_value"u8;

    /// <summary>UUID of version 3 of the text without a name space, as Java makes it (UUID.nameUUIDFromBytes).</summary>
    private const string NamedUuid = "b68a35a7-17ad-35b3-af2a-ae46edb4545a";

    private static readonly byte[][] Arrays =
    [
        [.. "{\""u8, .. Text, .. "\"}"u8],
        Encoding.ASCII.GetBytes($"{{{string.Join(',', Text.ToArray())}}}"),
        Encoding.ASCII.GetBytes($"{{\"{NamedUuid}\"}}"),
        Encoding.ASCII.GetBytes($"{{\"\\\\x{Convert.ToHexStringLower(Text)}\"}}"),
    ];

    /// <summary>Texts, numbers (its bytes), a uuid made of it, bytes; each as the array they become here.</summary>
    public static bool IsArray(ReadOnlySpan<byte> arrayText)
    {
        foreach (var array in Arrays)
            if (arrayText.SequenceEqual(array)) return true;
        return false;
    }
}
