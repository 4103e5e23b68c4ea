using System.Globalization;

namespace Orchestrator.Core.Positions;

/// <summary>A PostgreSQL log sequence number: a byte position in the write-ahead log.</summary>
public readonly record struct Lsn(ulong Value) : IComparable<Lsn>
{
    public static Lsn Zero => default;

    public static Lsn Max(Lsn a, Lsn b) => a > b ? a : b;

    public int CompareTo(Lsn other) => Value.CompareTo(other.Value);

    public static bool operator <(Lsn a, Lsn b) => a.Value < b.Value;

    public static bool operator >(Lsn a, Lsn b) => a.Value > b.Value;

    public static bool operator <=(Lsn a, Lsn b) => a.Value <= b.Value;

    public static bool operator >=(Lsn a, Lsn b) => a.Value >= b.Value;

    /// <summary>Reads the server's text form, <c>16/B374D848</c>.</summary>
    /// <exception cref="FormatException">The text is not two hexadecimal numbers of at most 32 bits with a slash.</exception>
    public static Lsn Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1) throw new FormatException($"'{text}' is not an LSN.");
        var high = uint.Parse(text.AsSpan(0, slash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var low = uint.Parse(text.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return new Lsn(((ulong)high << 32) | low);
    }

    public override string ToString() => $"{Value >> 32:X}/{(uint)Value:X}";
}
