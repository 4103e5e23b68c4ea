using Orchestrator.Core.Positions;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Views of one place of the log without any lock. MariaDB tells of every view which place it shows
/// (https://mariadb.com/kb/en/enhancements-for-start-transaction-with-consistent-snapshot/): views that are opened at once are
/// opened again until they show the same.
/// </summary>
internal static class AgreeingViews
{
    public const string Open = "START TRANSACTION WITH CONSISTENT SNAPSHOT";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Opens the views. Where transactions commit too fast for all to agree, the largest group that does is kept, and the other
    /// sessions are closed and taken out of the list.
    /// </summary>
    /// <returns>What they show; null: the server does not tell.</returns>
    public static async Task<BinlogPosition?> OpenAsync(List<MySqlConnection> sessions, TimeProvider time, CancellationToken ct)
    {
        if (!sessions[0].IsMariaDb) return null;
        var since = time.GetTimestamp();
        while (true)
        {
            await Task.WhenAll(sessions.Select(s => s.RunAsync(Open, ct)));
            var places = await Task.WhenAll(sessions.Select(s => PlaceAsync(s, ct)));
            var best = places.GroupBy(p => p).MaxBy(g => g.Count())!;
            if (best.Key is not { } place) return null;
            if (best.Count() < sessions.Count && time.GetElapsedTime(since) < Limit) continue;
            for (var i = sessions.Count - 1; i >= 0; i--)
            {
                if (places[i] == place) continue;
                sessions[i].Dispose();
                sessions.RemoveAt(i);
            }

            var gtids = await sessions[0].ScalarAsync($"SELECT BINLOG_GTID_POS({MySqlName.Literal(place.File)}, {place.Offset})", ct);
            return BinlogPosition.Parse($"{place.File}:{place.Offset};{gtids}");
        }
    }

    private static async Task<(string File, string Offset)?> PlaceAsync(MySqlConnection session, CancellationToken ct)
    {
        var status = (await session.RowsAsync("SHOW STATUS LIKE 'binlog_snapshot_%'", ct)).ToDictionary(r => r[0]!.ToUpperInvariant(), r => r[1]!);
        return status.TryGetValue("BINLOG_SNAPSHOT_FILE", out var file) && file.Length > 0 ? (file, status["BINLOG_SNAPSHOT_POSITION"]) : null;
    }
}
