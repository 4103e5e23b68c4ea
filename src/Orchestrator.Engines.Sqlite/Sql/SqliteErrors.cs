using System.Globalization;
using Orchestrator.Core.Errors;
using SQLitePCL;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>What result codes of SQLite mean for us (https://www.sqlite.org/rescode.html), never by message text.</summary>
internal static class SqliteErrors
{
    /// <summary>An error of any call.</summary>
    /// <param name="code">Extended result code.</param>
    /// <param name="message">SQLite's own words.</param>
    /// <param name="path">File it is about.</param>
    public static OrchestratorException Of(int code, string message, string path) => (code & 0xff) switch
    {
        raw.SQLITE_NOTADB => new(ErrorKind.Data, "E-SQLITE-002", $"{path} is no SQLite database, or it is encrypted.", "Name the database file itself."),
        raw.SQLITE_CORRUPT => new(ErrorKind.Data, "E-SQLITE-003", $"{path} is damaged or cut off: {message}.", "Take a whole copy, or rescue what can be read with: sqlite3 file '.recover'."),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(ErrorKind.Transient, "E-SQLITE-004", $"{path} is locked by another process.", "Let that process end its transaction, then start again."),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN => new(
            ErrorKind.Configuration, "E-SQLITE-005", string.Create(CultureInfo.InvariantCulture, $"{path} cannot be read as it lies there ({message}, {code}): a journal beside it has to be worked off first, or its directory may not be written, which a file in WAL mode needs."),
            "Open it once with its application, or copy it with its -wal and -journal files to a directory this account may write to."),
        _ => new(ErrorKind.Data, "E-SQLITE-010", string.Create(CultureInfo.InvariantCulture, $"SQLite refused to read {path}: {message} ({code})."), "See https://www.sqlite.org/rescode.html for the number."),
    };

    /// <summary>An exception of any kind.</summary>
    public static OrchestratorException Describe(Exception error, string doing) => error switch
    {
        OrchestratorException ours => ours,
        DllNotFoundException => new(ErrorKind.Configuration, "E-SQLITE-009", "The SQLite library is not installed on this machine.", "Install it (Debian: libsqlite3-0), then start again.", error),
        IOException or UnauthorizedAccessException => new(ErrorKind.Configuration, "E-SQLITE-001", $"{doing} failed: {error.Message.TrimEnd('.')}.", "", error),
        _ => new(ErrorKind.Bug, "E-BUG-001", $"{doing} failed: {SecretText.Mask(error.Message).TrimEnd('.')}.", "", error),
    };

    public static OrchestratorException Written(string path) => new(
        ErrorKind.Data, "E-SQLITE-006", $"{path} was written while it was moved, and SQLite keeps no log from which the change could be followed.",
        "Stop what writes to the file, then start again.");
}
