using Orchestrator.Core.Errors;
using Orchestrator.Engines.Sqlite.Sql;
using SQLitePCL;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>Copies a file as it is in an open view, by SQLite's own means (https://www.sqlite.org/backup.html).</summary>
internal static class SqliteBackup
{
    private const int PagesAtOnce = 4096;

    /// <summary>Where the copy of a file goes.</summary>
    public static string PathOf(string directory, SqliteFile file) =>
        Path.Combine(directory, file.Label.StartsWith('/') ? file.Label[1..].Replace('/', '_') : Path.GetFileName(file.Path));

    /// <exception cref="OrchestratorException">Configuration <c>E-SQLITE-008</c>: it cannot be written.</exception>
    public static void Write(SqliteDatabase from, string path, CancellationToken ct)
    {
        var partial = path + ".partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Delete(partial);
            Copy(from, partial, ct);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, e.Message.TrimEnd('.'));
        }
        finally
        {
            // Where there is nothing to delete, trying would hide the reason.
            if (File.Exists(partial)) File.Delete(partial);
        }
    }

    private static void Copy(SqliteDatabase from, string path, CancellationToken ct)
    {
        var opened = raw.sqlite3_open_v2(path, out var to, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, null);
        using (to)
        {
            if (opened != raw.SQLITE_OK) throw Refused(path, raw.sqlite3_errmsg(to).utf8_to_string());
            using var backup = raw.sqlite3_backup_init(to, "main", from.Handle, "main");
            if (backup.IsInvalid) throw Refused(path, raw.sqlite3_errmsg(to).utf8_to_string());
            var result = raw.SQLITE_OK;
            while (result == raw.SQLITE_OK)
            {
                ct.ThrowIfCancellationRequested();
                result = raw.sqlite3_backup_step(backup, PagesAtOnce);
            }

            if (result != raw.SQLITE_DONE) throw Refused(path, raw.sqlite3_errstr(result).utf8_to_string());
        }
    }

    private static OrchestratorException Refused(string path, string why) => new(
        ErrorKind.Configuration, "E-SQLITE-008", $"The backup copy {path} cannot be written: {why}.", "Name a directory with room with --backup DIR, or take a copy yourself and say --backup none.");
}
