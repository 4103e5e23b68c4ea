using Microsoft.Data.Sqlite;
using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.ControlStore.Tests;

/// <summary>A store of one test, removed with everything in it.</summary>
public abstract class StoreBench : IAsyncDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("orchestrator-store-");

    public string Path => System.IO.Path.Combine(_parent.FullName, "state");

    public abstract StoreLocation Location { get; }

    public Task<RunStore> OpenAsync() => OpenAsync(TimeProvider.System);

    public Task<RunStore> OpenAsync(TimeProvider clock) => RunStore.OpenAsync(Location, clock, CancellationToken.None);

    /// <summary>Asks the database itself, past the code under test.</summary>
    public abstract Task<string?> ScalarAsync(string sql);

    public static MigrationOptions Options(string name = "shop", string password = "pw") => new()
    {
        SourceUrl = $"postgresql://app:{password}@db1:5432/shop",
        TargetUrl = $"postgresql://app:{password}@db2/shop",
        RunName = name,
    };

    public virtual ValueTask DisposeAsync()
    {
        _parent.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A store in a file.</summary>
public sealed class SqliteBench : StoreBench
{
    public string Database => System.IO.Path.Combine(Path, "control.db");

    public override StoreLocation Location => new(Path);

    public override async Task<string?> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync() is { } value ? Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) : null;
    }
}

/// <summary>A store in a PostgreSQL database.</summary>
public sealed class PostgreSqlBench : StoreBench
{
    private readonly DatabasePair _pair;

    private PostgreSqlBench(DatabasePair pair) => _pair = pair;

    public PgDatabase Database => _pair.Source;

    public override StoreLocation Location => new(Path, Database.ConnectionString);

    public static async Task<PostgreSqlBench> CreateAsync() => new(await PgPair.CreateDatabasesAsync("control"));

    public override Task<string?> ScalarAsync(string sql) => Database.QueryScalarAsync($"SET search_path TO orchestrator_control; {sql}");

    public override async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        await base.DisposeAsync();
    }
}
