namespace Orchestrator.Core.Positions;

/// <summary>
/// A point in the source's log. A commit is at or after a position exactly when <c>commit &gt;= position</c>;
/// resuming at a position delivers every transaction that committed at or after it.
/// </summary>
public abstract record SourcePosition : IComparable<SourcePosition>
{
    /// <summary>Text that <see cref="Parse"/> reads back; stored in checkpoints.</summary>
    public abstract override string ToString();

    /// <exception cref="ArgumentException">The other position is of another kind of source.</exception>
    public abstract int CompareTo(SourcePosition? other);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">Unknown form.</exception>
    public static SourcePosition Parse(string text)
    {
        if (text == NoPosition.Text) return new NoPosition();
        // No other form begins with a colon: a binary log's file has a name.
        if (text.StartsWith(RelayedPosition.Mark)) return RelayedPosition.Parse(text);
        return text.Contains(':', StringComparison.Ordinal) ? BinlogPosition.Parse(text) : new LsnPosition(Lsn.Parse(text));
    }

    /// <summary>What a position of this kind is compared with: places in topics say nothing about the source's order.</summary>
    /// <exception cref="ArgumentException">The other position is of another kind of source.</exception>
    private protected static T Comparable<T>(SourcePosition? other)
        where T : SourcePosition =>
        (other is RelayedPosition relayed ? relayed.Source : other) as T
        ?? throw new ArgumentException("positions of different kinds of source cannot be compared", nameof(other));

    public static bool operator <(SourcePosition a, SourcePosition b) => a.CompareTo(b) < 0;

    public static bool operator >(SourcePosition a, SourcePosition b) => a.CompareTo(b) > 0;

    public static bool operator <=(SourcePosition a, SourcePosition b) => a.CompareTo(b) <= 0;

    public static bool operator >=(SourcePosition a, SourcePosition b) => a.CompareTo(b) >= 0;
}

/// <summary>A position in a PostgreSQL source's log.</summary>
public sealed record LsnPosition(Lsn Lsn) : SourcePosition
{
    public override int CompareTo(SourcePosition? other) => Lsn.CompareTo(Comparable<LsnPosition>(other).Lsn);

    public override string ToString() => Lsn.ToString();
}

/// <summary>Stands where a source keeps no log, so that nothing can be followed from there; all of them are alike.</summary>
public sealed record NoPosition : SourcePosition
{
    internal const string Text = "none";

    public override int CompareTo(SourcePosition? other) => Comparable<NoPosition>(other) is null ? 1 : 0;

    public override string ToString() => Text;
}
