using Microsoft.Data.Sqlite;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore.Tests;

/// <summary>A state directory of one test, removed with everything in it.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("orchestrator-store-");

    public string Path => System.IO.Path.Combine(_parent.FullName, "state");

    public string Database => System.IO.Path.Combine(Path, "control.db");

    public Task<SqliteRunStore> OpenAsync() => OpenAsync(TimeProvider.System);

    public Task<SqliteRunStore> OpenAsync(TimeProvider clock) => SqliteRunStore.OpenAsync(Path, clock, CancellationToken.None);

    public static MigrationOptions Options(string name = "shop", string password = "pw") => new()
    {
        SourceUrl = $"postgresql://app:{password}@db1:5432/shop",
        TargetUrl = $"postgresql://app:{password}@db2/shop",
        RunName = name,
    };

    /// <summary>Asks the file itself, past the code under test.</summary>
    public object? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose() => _parent.Delete(recursive: true);
}
