using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;
using Orchestrator.SqliteNative;

namespace Orchestrator.ControlStore;

/// <summary>
/// A store in one SQLite file of a directory (<c>--state</c>). Several processes of one machine may have it open; one
/// connection per process, one statement at a time. The right to drive a run is a lock of the kernel's on a file.
/// </summary>
internal sealed class SqliteStore : IStoreDatabase
{
    /// <summary>SQLITE_NOTADB, https://www.sqlite.org/rescode.html.</summary>
    private const int NotADatabase = 26;

    private readonly StateDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);

    private SqliteStore(StateDirectory directory, SqliteConnection connection, TimeProvider clock) =>
        (_directory, _connection, _clock) = (directory, connection, clock);

    public static async Task<SqliteStore> OpenAsync(StateDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        SqliteLibrary.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = directory.Database,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = 15,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            await connection.ExecuteAsync("PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            await UpgradeAsync(connection, directory.Database, ct);
            return new SqliteStore(directory, connection, clock);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == NotADatabase)
        {
            await connection.DisposeAsync();
            throw StoreScripts.Foreign(directory.Database, e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            return [.. await _connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct))];
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            // Immediate: taking the write lock at the start waits for it; taking it later could only fail.
            await using var transaction = _connection.BeginTransaction(deferred: false);
            var result = await work(transaction);
            await transaction.CommitAsync(ct);
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<IRunLease?> LeaseAsync(string run, Func<DbTransaction, Task<FencingToken>> raise, CancellationToken ct)
    {
        if (await FileLease.LockAsync(_directory.Lock(run), _clock, ct) is not { } file) return null;
        try
        {
            return new FileLease(file, await InTransactionAsync(raise, ct));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task<bool> IsLeasedAsync(string run, CancellationToken ct)
    {
        var path = _directory.Lock(run);
        if (!File.Exists(path)) return false;
        var file = FileLease.TryLock(path);
        if (file is null) return true;
        await file.DisposeAsync();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _gate.Dispose();
    }

    private static async Task UpgradeAsync(SqliteConnection connection, string path, CancellationToken ct)
    {
        var scripts = StoreScripts.Of("sqlite");
        await using var transaction = connection.BeginTransaction(deferred: false);
        var version = await ReadVersionAsync(connection, transaction, path);
        StoreScripts.RequireKnown(version, scripts, path);
        foreach (var (number, name) in scripts.Where(s => s.Number > version))
        {
            await connection.ExecuteAsync(new CommandDefinition(await StoreScripts.TextAsync(name, ct), transaction: transaction, cancellationToken: ct));
            await connection.ExecuteAsync($"PRAGMA user_version = {number}; PRAGMA application_id = {StoreScripts.ApplicationId}", transaction: transaction);
        }

        await transaction.CommitAsync(ct);
    }

    private static async Task<int> ReadVersionAsync(SqliteConnection connection, SqliteTransaction transaction, string path)
    {
        var version = await connection.ExecuteScalarAsync<int>("PRAGMA user_version", transaction: transaction);
        var application = await connection.ExecuteScalarAsync<int>("PRAGMA application_id", transaction: transaction);
        var objects = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM sqlite_master", transaction: transaction);
        return application == StoreScripts.ApplicationId || (version == 0 && objects == 0)
            ? version
            : throw StoreScripts.Foreign(path, null);
    }
}
