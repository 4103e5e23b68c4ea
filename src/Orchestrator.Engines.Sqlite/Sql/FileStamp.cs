using System.Globalization;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>Tells whether a file and its write-ahead log are as they were, without opening the file.</summary>
internal static class FileStamp
{
    /// <summary>A file written a moment ago may be written again without its time telling: such a stamp is none.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <summary>Null: it cannot be told yet.</summary>
    public static string? Of(string path, TimeProvider time)
    {
        var (file, log) = (new FileInfo(path), new FileInfo(path + "-wal"));
        var last = log.Exists && log.LastWriteTimeUtc > file.LastWriteTimeUtc ? log.LastWriteTimeUtc : file.LastWriteTimeUtc;
        return time.GetUtcNow().UtcDateTime - last < Settled ? null : $"{One(file)} {One(log)}";
    }

    private static string One(FileInfo file) =>
        file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length}@{file.LastWriteTimeUtc.Ticks}") : "none";
}
