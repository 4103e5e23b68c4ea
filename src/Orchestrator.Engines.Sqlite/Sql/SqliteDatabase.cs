using Orchestrator.Core.Errors;
using Orchestrator.SqliteNative;
using SQLitePCL;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>
/// One file opened so that nothing can be changed by us and nothing of the file can run code: read-only, no shared cache, no
/// extensions, functions of the schema not trusted (https://www.sqlite.org/security.html). Nothing else of this program may
/// open the file: closing it would let go of the locks SQLite holds in this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>How long a lock of others is waited for.</summary>
    private const int BusyMilliseconds = 5000;

    /// <summary>The first version with <c>PRAGMA table_list</c>.</summary>
    private const int OldestLibrary = 3_037_000;

    private readonly sqlite3 _handle;

    private SqliteDatabase(SqliteFile file, sqlite3 handle) => (File, _handle) = (file, handle);

    public SqliteFile File { get; }

    public sqlite3 Handle => _handle;

    /// <summary>Texts are kept in UTF-16.</summary>
    public bool IsWide { get; private set; }

    /// <exception cref="OrchestratorException"><c>E-SQLITE-001</c> to <c>-005</c>, <c>-009</c>: it cannot be read.</exception>
    public static SqliteDatabase Open(SqliteFile file)
    {
        SqliteLibrary.Use();
        if (raw.sqlite3_libversion_number() < OldestLibrary)
            throw new OrchestratorException(ErrorKind.Configuration, "E-SQLITE-009", $"The SQLite library of this machine is {raw.sqlite3_libversion().utf8_to_string()}; 3.37 is the oldest that tells what is needed.", "Install a newer libsqlite3.");
        RequireFile(file.Path);
        // One thread at a time uses a connection: a mutex around every value asked for would cost as much as the value.
        var result = raw.sqlite3_open_v2(file.Path, out var handle, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_PRIVATECACHE | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(file, handle);
        try
        {
            if (result != raw.SQLITE_OK)
                throw new OrchestratorException(ErrorKind.Configuration, "E-SQLITE-001", $"The file {file.Path} may not be read by this account.", "Give it the right to read the file.");
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
            foreach (var pragma in new[] { "query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0" }) database.Run($"PRAGMA {pragma}");
            database.IsWide = database.Text("PRAGMA encoding") != "UTF-8";
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Begins a view of the file: from the first read to the end of the connection it stays the same.</summary>
    public void BeginView()
    {
        Run("BEGIN");
        Run("SELECT 1 FROM sqlite_schema");
    }

    public void Run(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step()) { }
    }

    public SqliteStatement Prepare(string sql)
    {
        Require(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>All rows of a small answer, as texts.</summary>
    public List<string?[]> Rows(string sql)
    {
        using var statement = Prepare(sql);
        var rows = new List<string?[]>();
        while (statement.Step()) rows.Add(statement.Texts());
        return rows;
    }

    public string Text(string sql) => Rows(sql)[0][0] ?? "";

    /// <summary>Changes when another connection has written the file (https://www.sqlite.org/pragma.html#pragma_data_version).</summary>
    public string DataVersion() => Text("PRAGMA data_version");

    /// <exception cref="OrchestratorException">The result is an error.</exception>
    public void Require(int result)
    {
        if (result is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw SqliteErrors.Of(raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string(), File.Path);
    }

    public void Dispose() => _handle.Dispose();

    private static void RequireFile(string path)
    {
        var why = Directory.Exists(path) ? "is a directory" : !System.IO.File.Exists(path) ? "does not exist" : null;
        if (why is not null) throw new OrchestratorException(ErrorKind.Configuration, "E-SQLITE-001", $"The file {path} {why}.", "Check the path in the URL; a % in it is written %25, a blank %20.");
    }
}
