using System.Globalization;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// A set of MySQL's GTIDs: <c>uuid:1-5:7,uuid:1-3</c>
/// (https://dev.mysql.com/doc/refman/8.0/en/replication-gtids-concepts.html#replication-gtids-concepts-gtid-sets).
/// </summary>
internal sealed class GtidSet
{
    private readonly SortedDictionary<string, List<(long First, long Last)>> _intervals = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">Not a set, or one with tags (MySQL 8.3), which are not read.</exception>
    public static GtidSet Parse(string text)
    {
        var set = new GtidSet();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = part.Split(':');
            var source = Guid.Parse(fields[0]).ToString("D");
            foreach (var interval in fields[1..])
            {
                var ends = interval.Split('-');
                var first = long.Parse(ends[0], CultureInfo.InvariantCulture);
                set.Add(source, first, ends.Length > 1 ? long.Parse(ends[1], CultureInfo.InvariantCulture) : first);
            }
        }

        return set;
    }

    public void Add(Guid source, long number) => Add(source.ToString("D"), number, number);

    /// <summary>Every member of the other set is one of this.</summary>
    public bool Contains(GtidSet other) => other._intervals.All(o =>
        _intervals.TryGetValue(o.Key, out var mine) && o.Value.TrueForAll(i => mine.Exists(m => m.First <= i.First && i.Last <= m.Last)));

    public override string ToString() => string.Join(',', _intervals.Select(s => s.Key + string.Concat(s.Value.Select(Text))));

    private static string Text((long First, long Last) interval) => interval.First == interval.Last
        ? ":" + interval.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $":{interval.First}-{interval.Last}");

    private void Add(string source, long first, long last)
    {
        if (!_intervals.TryGetValue(source, out var list)) _intervals[source] = list = [];
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
