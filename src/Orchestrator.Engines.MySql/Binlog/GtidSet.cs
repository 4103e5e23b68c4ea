using System.Globalization;
using System.Text;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// A set of MySQL's GTIDs: <c>uuid:1-5:7,uuid:1-3</c>, since 8.3 also with tags: <c>uuid:1-5:tag:1-3:9</c>
/// (https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html#replication-gtids-concepts-gtid-sets).
/// </summary>
internal sealed class GtidSet
{
    private const int LongestTag = 32;

    private readonly SortedDictionary<(string Source, string Tag), List<(long First, long Last)>> _intervals = new(Comparer<(string Source, string Tag)>.Create(Compare));

    /// <exception cref="FormatException">Not a set.</exception>
    public static GtidSet Parse(string text)
    {
        var set = new GtidSet();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = part.Split(':', StringSplitOptions.TrimEntries);
            if (!Guid.TryParse(fields[0], out var source)) throw NoSet(text);
            var tag = "";
            foreach (var field in fields[1..])
            {
                if (IsTag(field))
                {
                    tag = field.ToLowerInvariant();
                    continue;
                }

                var ends = field.Split('-', StringSplitOptions.TrimEntries);
                if (ends.Length > 2 || !TryNumber(ends[0], out var first) || !TryNumber(ends[^1], out var last)) throw NoSet(text);
                // An interval whose end lies before its beginning is empty, to the server too.
                if (first <= last) set.Add((source.ToString("D"), tag), first, last);
            }
        }

        return set;
    }

    /// <param name="source">Who made the transaction.</param>
    /// <param name="tag">Empty: none.</param>
    /// <param name="number">Its number, from 1.</param>
    public void Add(Guid source, string tag, long number) => Add((source.ToString("D"), tag), number, number);

    /// <summary>Every member of the other set is one of this.</summary>
    public bool Contains(GtidSet other) => other._intervals.All(o =>
        _intervals.TryGetValue(o.Key, out var mine) && o.Value.TrueForAll(i => mine.Exists(m => m.First <= i.First && i.Last <= m.Last)));

    public override string ToString()
    {
        var text = new StringBuilder();
        var before = "";
        foreach (var ((source, tag), intervals) in _intervals)
        {
            if (source != before) text.Append(before.Length > 0 ? "," : "").Append(source);
            before = source;
            if (tag.Length > 0) text.Append(':').Append(tag);
            foreach (var interval in intervals) text.Append(Text(interval));
        }

        return text.ToString();
    }

    private static string Text((long First, long Last) interval) => interval.First == interval.Last
        ? ":" + interval.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $":{interval.First}-{interval.Last}");

    private static int Compare((string Source, string Tag) one, (string Source, string Tag) other)
    {
        var bySource = string.CompareOrdinal(one.Source, other.Source);
        return bySource != 0 ? bySource : string.CompareOrdinal(one.Tag, other.Tag);
    }

    /// <summary>A letter or underscore, then those and digits.</summary>
    private static bool IsTag(string text) =>
        text.Length is > 0 and <= LongestTag && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and < long.MaxValue;

    private static FormatException NoSet(string text) => new($"'{text}' is not a set of GTIDs.");

    private void Add((string Source, string Tag) key, long first, long last)
    {
        if (!_intervals.TryGetValue(key, out var list)) _intervals[key] = list = [];
        var at = list.FindIndex(i => i.First > first);
        list.Insert(at < 0 ? list.Count : at, (first, last));
        for (var i = list.Count - 1; i > 0; i--)
        {
            if (list[i].First > list[i - 1].Last + 1) continue;
            list[i - 1] = (list[i - 1].First, Math.Max(list[i - 1].Last, list[i].Last));
            list.RemoveAt(i);
        }
    }
}
