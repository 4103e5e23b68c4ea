using System.Collections.Concurrent;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>
/// What files hold, for this process: every row is looked at to know, and a run asks several times. A file that changed is
/// read again.
/// </summary>
internal static class ContentsCache
{
    private static readonly ConcurrentDictionary<string, (string Stamp, FileContents Contents)> Known = new(StringComparer.Ordinal);

    public static FileContents Read(SqliteFile file, TimeProvider time, CancellationToken ct)
    {
        var key = $"{file.Path}\n{file.Label}";
        var before = FileStamp.Of(file.Path, time);
        if (before is not null && Known.TryGetValue(key, out var known) && known.Stamp == before) return known.Contents;
        using var database = SqliteDatabase.Open(file);
        database.BeginView();
        var contents = new FileReader(database).Read(ct);
        if (before is not null && before == FileStamp.Of(file.Path, time)) Known[key] = (before, contents);
        return contents;
    }
}
