using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;
using Orchestrator.SqliteNative;

namespace Orchestrator.ControlStore;

/// <summary>
/// A store in one SQLite file of a directory (<c>--state</c>). Several processes of one machine may have it open, each with one
/// connection that writes and one that reads: with a log (WAL) readers wait neither for a transaction nor for the disk. The
/// right to drive a run is a lock of the kernel's on a file.
/// </summary>
internal sealed class SqliteStore : IStoreDatabase
{
    /// <summary>SQLITE_NOTADB, https://www.sqlite.org/rescode.html.</summary>
    private const int NotADatabase = 26;

    private readonly StateDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly SqliteConnection _writing;
    private readonly SqliteConnection _reading;
    private readonly SemaphoreSlim _writes = new(1, 1);
    private readonly SemaphoreSlim _reads = new(1, 1);

    private SqliteStore(StateDirectory directory, SqliteConnection writing, SqliteConnection reading, TimeProvider clock) =>
        (_directory, _writing, _reading, _clock) = (directory, writing, reading, clock);

    public static async Task<SqliteStore> OpenAsync(StateDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        SqliteLibrary.Use();
        var (writing, reading) = (Connection(directory), Connection(directory));
        try
        {
            await writing.OpenAsync(ct);
            await writing.ExecuteAsync("PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            await UpgradeAsync(writing, directory.Database, ct);
            await reading.OpenAsync(ct);
            await reading.ExecuteAsync("PRAGMA busy_timeout = 15000; PRAGMA query_only = ON");
            return new SqliteStore(directory, writing, reading, clock);
        }
        catch (Exception e)
        {
            await writing.DisposeAsync();
            await reading.DisposeAsync();
            if (e is SqliteException { SqliteErrorCode: NotADatabase }) throw StoreScripts.Foreign(directory.Database, e);
            throw;
        }
    }

    public async Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken ct)
    {
        await _reads.WaitAsync(ct);
        try
        {
            return [.. await _reading.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct))];
        }
        finally
        {
            _reads.Release();
        }
    }

    public async Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken ct)
    {
        await _writes.WaitAsync(ct);
        try
        {
            // Immediate: taking the write lock at the start waits for it; taking it later could only fail.
            await using var transaction = _writing.BeginTransaction(deferred: false);
            var result = await work(transaction);
            await transaction.CommitAsync(ct);
            return result;
        }
        finally
        {
            _writes.Release();
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
        await _reading.DisposeAsync();
        await _writing.DisposeAsync();
        _reads.Dispose();
        _writes.Dispose();
    }

    private static SqliteConnection Connection(StateDirectory directory) => new(new SqliteConnectionStringBuilder
    {
        DataSource = directory.Database,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
        ForeignKeys = true,
        DefaultTimeout = 15,
    }.ConnectionString);

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
