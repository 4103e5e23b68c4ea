using Orchestrator.Core.Errors;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>
/// One moment of all files. Each file has a watching connection without a transaction, which notices every commit of others;
/// reading ones begin at any time and are the same view as long as it has noticed none.
/// </summary>
internal sealed class SqliteView : IDisposable
{
    private readonly Dictionary<string, (SqliteDatabase Watch, string Version)> _files = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <exception cref="OrchestratorException"><c>E-SQLITE-*</c>: a file cannot be read.</exception>
    public SqliteView(IEnumerable<SqliteFile> files)
    {
        try
        {
            foreach (var file in files)
            {
                var watch = SqliteDatabase.Open(file);
                _files.Add(file.Label, (watch, ""));
                // The file has to be read once for its version to mean anything.
                watch.Run("SELECT 1 FROM sqlite_schema");
                _files[file.Label] = (watch, watch.DataVersion());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens a session of one file in this view.</summary>
    /// <exception cref="OrchestratorException">Data <c>E-SQLITE-006</c>: the file was written since.</exception>
    public SqliteDatabase Open(string label)
    {
        var database = SqliteDatabase.Open(_files[label].Watch.File);
        try
        {
            database.BeginView();
            RequireUnchanged(label);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <exception cref="OrchestratorException">Data <c>E-SQLITE-006</c>: the file was written since the view was taken.</exception>
    public void RequireUnchanged(string label)
    {
        var (watch, version) = _files[label];
        lock (_lock)
        {
            if (watch.DataVersion() != version) throw SqliteErrors.Written(watch.File.Path);
        }
    }

    public void RequireUnchanged()
    {
        foreach (var label in _files.Keys) RequireUnchanged(label);
    }

    public void Dispose()
    {
        foreach (var (watch, _) in _files.Values) watch.Dispose();
    }
}
