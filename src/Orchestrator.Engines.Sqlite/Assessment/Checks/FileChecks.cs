using System.Globalization;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Assessment.Checks;

/// <summary>The files themselves.</summary>
internal static class FileChecks
{
    private const int MostProblems = 10;

    public static IReadOnlyList<SqliteCheck> All { get; } =
    [
        new("F-SQL-001", Severity.Blocker, "cdc", "Changes of the source can be followed", (_, f) => f.Add("source", NoLog.Why + ".", NoLog.Fix)) { OnlyWhenFollowing = true },
        new("F-SQL-002", Severity.Blocker, "full-load", "The files are whole", (c, f) =>
        {
            foreach (var file in c.Files)
                foreach (var problem in Problems(file)) f.Add(file.Path, problem, "Take a whole copy, or rescue what can be read with: sqlite3 file '.recover'.");
        }),
        new("F-SQL-003", Severity.Warning, "full-load", "A file in WAL mode has its log beside it", (c, f) =>
        {
            foreach (var file in c.Files)
            {
                // Looked for before the file is opened: reading such a file makes an empty log.
                var isThere = File.Exists(file.Path + "-wal") && new FileInfo(file.Path + "-wal").Length > 0;
                using var database = SqliteDatabase.Open(file);
                if (!isThere && database.Text("PRAGMA journal_mode") == "wal")
                    f.Add(file.Path, "is in WAL mode and has no -wal file with it. If it was copied without one, the latest transactions are missing in it.", "If it is a copy, copy the -wal file too, or copy it with: sqlite3 file '.backup copy'.");
            }
        }),
        new("F-SQL-004", Severity.Blocker, "full-load", "Backup copies can be written", (c, f) =>
        {
            if (c.Backup is not { } directory)
            {
                f.Add(Severity.Note, "backup", "no backup copies are made.", "Nothing: you asked for it.");
                return;
            }

            var needed = c.Files.Sum(x => new FileInfo(x.Path).Length);
            var free = new DriveInfo(Existing(Path.GetFullPath(directory))).AvailableFreeSpace;
            if (free < needed) f.Add(directory, string.Create(CultureInfo.InvariantCulture, $"has {free} bytes free, the copies need {needed}."), "Name another with --backup DIR, or take copies yourself and say --backup none.");
            foreach (var file in c.Files) f.Add(Severity.Note, file.Path, $"is copied to {SqliteBackup.PathOf(directory, file)} before rows are moved.", "Nothing.");
        }),
    ];

    private static List<string> Problems(SqliteFile file)
    {
        try
        {
            using var database = SqliteDatabase.Open(file);
            return [.. database.Rows($"PRAGMA main.quick_check({MostProblems})").Select(r => r[0]!).Where(r => r != "ok")];
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Data)
        {
            return [e.Message];
        }
    }

    private static string Existing(string directory)
    {
        while (!Directory.Exists(directory)) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
