using System.Globalization;

namespace Orchestrator.Core.Positions;

/// <summary>
/// A position in the binary log of a MySQL or MariaDB source: a file, an offset in it, and the GTIDs of everything before.
/// Order is by file and offset; the GTIDs prove that the log at that place is still the one that was read
/// (https://mariadb.com/kb/en/gtid/, https://dev.mysql.com/doc/refman/8.0/en/replication-gtids-concepts.html).
/// </summary>
/// <param name="File">Name of the file: anything, a dot, its number.</param>
/// <param name="Offset">Bytes from its beginning; an event begins there, or the file ends.</param>
/// <param name="Gtids">GTID position (MariaDB) or executed set (MySQL), without blanks; empty if the source keeps none.</param>
public sealed record BinlogPosition(string File, ulong Offset, string Gtids) : SourcePosition
{
    private const char GtidMark = ';';

    /// <summary>The file's number: files are written one after the other.</summary>
    public ulong Number => NumberOf(File) ?? 0;

    public override int CompareTo(SourcePosition? other)
    {
        var p = Comparable<BinlogPosition>(other);
        var byFile = Number.CompareTo(p.Number);
        return byFile != 0 ? byFile : Offset.CompareTo(p.Offset);
    }

    // Two positions at one place are the same whatever is known about their GTIDs.
    public bool Equals(BinlogPosition? other) => other is not null && File == other.File && Offset == other.Offset;

    public override int GetHashCode() => HashCode.Combine(File, Offset);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{File}:{Offset}{(Gtids.Length > 0 ? GtidMark + Gtids : "")}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is not a file with a number, a colon and an offset.</exception>
    public static new BinlogPosition Parse(string text)
    {
        var mark = text.IndexOf(GtidMark, StringComparison.Ordinal);
        var (place, gtids) = mark < 0 ? (text, "") : (text[..mark], text[(mark + 1)..]);
        var colon = place.LastIndexOf(':');
        if (colon < 1 || NumberOf(place[..colon]) is null || !ulong.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            throw new FormatException($"'{text}' is not a binary log position.");
        return new BinlogPosition(place[..colon], offset, gtids);
    }

    private static ulong? NumberOf(string file) =>
        ulong.TryParse(file.AsSpan(file.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
