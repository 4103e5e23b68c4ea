using System.Net;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Cli.Options;

/// <summary>How many sessions copy at once if nobody says.</summary>
internal static class CopySessions
{
    /// <summary>
    /// A session keeps a processor of the target's busy, and another half of one at the source and half of one here. With both databases on this
    /// machine more than one session per two processors only compete; with servers of their own more are worth a flag.
    /// </summary>
    /// <param name="source">URL of the source.</param>
    /// <param name="target">URL of the target.</param>
    /// <param name="processors">Of this machine.</param>
    public static int Auto(string source, string target, int processors) =>
        IsHere(source) && IsHere(target) ? Math.Clamp(processors / 2, 1, 8) : Math.Clamp(processors, 2, 8);

    private static bool IsHere(string url)
    {
        // Nothing was given, or something wrong: that is said elsewhere. Files have no server that would want a processor.
        if (url.Length == 0 || SqliteUrl.IsMine(url)) return false;
        var host = MySqlUrl.IsMine(url) ? DatabaseUrl.Parse(url).Host : PgUrl.ToEndpoint(url, "").Host;
        return host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
