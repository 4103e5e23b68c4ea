using System.Globalization;
using System.Text;

namespace Orchestrator.Core.Positions;

/// <summary>
/// A position in a source's log whose changes come by way of Kafka: with it, where to read on in each partition so that
/// nothing after it is missed. Its place in the order is that of the source's position, also among plain ones.
/// </summary>
/// <param name="Source">The position in the source's log; not relayed itself.</param>
/// <param name="Offsets">Next record to read, by topic and partition; a partition that is absent was never read.</param>
/// <param name="RecentFrom">
/// Offset in the transaction topic, before its own in <paramref name="Offsets"/>: transactions begun from here on are
/// applied, and records of theirs may come once more; read again, if it is there still, to know them. Null: there are none.
/// </param>
public sealed record RelayedPosition(
    SourcePosition Source, IReadOnlyDictionary<(string Topic, int Partition), long> Offsets, long? RecentFrom = null) : SourcePosition
{
    internal const char Mark = ':';

    private const char End = '|', Between = ',', Partition = '@', Offset = '=', Recent = '~';

    public override int CompareTo(SourcePosition? other) => Source.CompareTo(other);

    public bool Equals(RelayedPosition? other) =>
        other is not null && Source == other.Source && RecentFrom == other.RecentFrom && Offsets.Count == other.Offsets.Count
        && Offsets.All(o => other.Offsets.TryGetValue(o.Key, out var offset) && offset == o.Value);

    public override int GetHashCode() => Source.GetHashCode();

    /// <summary><c>:topic@partition=offset,...~recent|position</c>, topics percent-encoded.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Mark);
        foreach (var ((topic, partition), offset) in Offsets.OrderBy(o => o.Key.Topic, StringComparer.Ordinal).ThenBy(o => o.Key.Partition))
        {
            if (text.Length > 1) text.Append(Between);
            text.Append(CultureInfo.InvariantCulture, $"{Escape(topic)}{Partition}{partition}{Offset}{offset}");
        }

        if (RecentFrom is { } recent) text.Append(CultureInfo.InvariantCulture, $"{Recent}{recent}");
        return text.Append(End).Append(Source).ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static new RelayedPosition Parse(string text)
    {
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (!text.StartsWith(Mark) || end < 0 || text.AsSpan(end + 1).StartsWith([Mark])) throw Wrong(text);
        var places = text[1..end];
        var recent = places.LastIndexOf(Recent);
        var offsets = new Dictionary<(string, int), long>();
        foreach (var place in (recent < 0 ? places : places[..recent]).Split(Between, StringSplitOptions.RemoveEmptyEntries))
        {
            var (at, equals) = (place.IndexOf(Partition, StringComparison.Ordinal), place.IndexOf(Offset, StringComparison.Ordinal));
            if (at < 1 || equals < at) throw Wrong(text);
            offsets.Add((Uri.UnescapeDataString(place[..at]), (int)Number(text, place[(at + 1)..equals])), Number(text, place[(equals + 1)..]));
        }

        return new RelayedPosition(SourcePosition.Parse(text[(end + 1)..]), offsets, recent < 0 ? null : Number(text, places[(recent + 1)..]));
    }

    // Kafka's own rules allow letters, digits, dots, dashes and underscores, which stay as they are.
    private static string Escape(string topic) => Uri.EscapeDataString(topic).Replace("~", "%7E", StringComparison.Ordinal);

    private static long Number(string text, string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(text);

    private static FormatException Wrong(string text) => new($"'{text}' is not a position relayed by Kafka.");
}
