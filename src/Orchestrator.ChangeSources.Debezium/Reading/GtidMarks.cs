using System.Globalization;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// The highest number applied of each source of GTIDs: of a MariaDB domain, of a MySQL server (and tag). Tells an old
/// transaction that comes again from a new one of another server, whose log has other places
/// (https://mariadb.com/kb/en/gtid/, https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html).
/// </summary>
internal sealed class GtidMarks
{
    private readonly Dictionary<string, ulong> _highest = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="gtids">A position's GTIDs: MariaDB's list, MySQL's set, or a single one; others are left out.</param>
    public GtidMarks(string gtids)
    {
        foreach (var part in gtids.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Add(part);
    }

    public void Add(string gtid)
    {
        if (Read(gtid) is not var (source, number)) return;
        _highest[source] = Math.Max(number, _highest.GetValueOrDefault(source));
    }

    /// <summary>It may have been applied: nothing is known against it.</summary>
    public bool MayHold(string gtid) =>
        _highest.Count == 0 || Read(gtid) is not var (source, number) || (_highest.TryGetValue(source, out var highest) && number <= highest);

    private static (string Source, ulong Number)? Read(string gtid)
    {
        // domain-server-number: the number is the domain's whichever server wrote it.
        var parts = gtid.Split('-');
        if (parts.Length == 3 && parts.All(IsNumber)) return (parts[0], Number(parts[2]));
        // server[:tag]:intervals
        var last = gtid[(gtid.LastIndexOf(':') + 1)..];
        var digits = last[(last.LastIndexOf('-') + 1)..];
        var source = gtid.Split(':')[0];
        return source.Length == 36 && IsNumber(digits) ? (source, Number(digits)) : null;
    }

    private static bool IsNumber(string text) => text.Length is > 0 and < 20 && text.All(char.IsAsciiDigit);

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
