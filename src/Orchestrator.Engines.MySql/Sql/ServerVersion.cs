using System.Globalization;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>
/// Which server it is, by what it says of itself: <c>8.4.3</c>, <c>8.0.36-28</c> (Percona), <c>8.0.mysql_aurora.3.04.0</c>,
/// <c>10.11.14-MariaDB-log</c>, and <c>5.5.5-10.6.12-MariaDB</c>, as MariaDB says it to replicas that know no version from 10 on.
/// </summary>
/// <param name="IsMariaDb">MariaDB; otherwise MySQL or what is made of it.</param>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number; 0 where none stands.</param>
internal sealed record ServerVersion(bool IsMariaDb, int Major, int Minor, int Patch)
{
    private const string OldReplicaPrefix = "5.5.5-";

    public static ServerVersion Parse(string text)
    {
        var isMariaDb = text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        if (isMariaDb && text.StartsWith(OldReplicaPrefix, StringComparison.Ordinal)) text = text[OldReplicaPrefix.Length..];
        var numbers = text.Split('.').Select(NumberOf).ToList();
        return new ServerVersion(isMariaDb, numbers[0], numbers.ElementAtOrDefault(1), numbers.ElementAtOrDefault(2));
    }

    public bool IsAtLeast(int major, int minor, int patch = 0) => (Major, Minor, Patch).CompareTo((major, minor, patch)) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsMariaDb ? "MariaDB" : "MySQL")} {Major}.{Minor}.{Patch}");

    /// <summary>The digits it begins with.</summary>
    private static int NumberOf(string text) =>
        int.TryParse(text.AsSpan(0, text.TakeWhile(char.IsAsciiDigit).Count()), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
