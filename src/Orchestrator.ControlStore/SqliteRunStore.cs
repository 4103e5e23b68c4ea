using Dapper;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;
using Orchestrator.SqliteNative;

namespace Orchestrator.ControlStore;

/// <summary>
/// The control store in one SQLite file of a directory (<c>--state</c>). Several processes may have it open; one
/// connection per process, one statement at a time.
/// </summary>
public sealed partial class SqliteRunStore : IRunStore, IAsyncDisposable
{
    /// <summary>SQLITE_NOTADB, https://www.sqlite.org/rescode.html.</summary>
    private const int NotADatabase = 26;

    private readonly StateDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly SecretBox _box;
    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);

    private SqliteRunStore(StateDirectory directory, SqliteConnection connection, TimeProvider clock)
    {
        _directory = directory;
        _connection = connection;
        _clock = clock;
        _box = new SecretBox(directory.Key);
    }

    /// <param name="stateDirectory">Directory of the store; created with mode 0700 if missing.</param>
    /// <param name="clock">Clock of the times that are kept.</param>
    /// <param name="ct">Stops the opening.</param>
    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-RUN-003</c> written by a newer version, <c>E-RUN-004</c> directory not writable,
    /// <c>E-RUN-005</c> not a control store.
    /// </exception>
    public static async Task<SqliteRunStore> OpenAsync(string stateDirectory, TimeProvider clock, CancellationToken ct)
    {
        SqliteLibrary.Use();
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        var directory = new StateDirectory(stateDirectory);
        directory.Prepare();
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
            await StoreSchema.UpgradeAsync(connection, directory.Database, ct);
            return new SqliteRunStore(directory, connection, clock);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == NotADatabase)
        {
            await connection.DisposeAsync();
            throw StoreSchema.Foreign(directory.Database, e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The directory holds a store; opening it creates nothing.</summary>
    public static bool Exists(string stateDirectory) => File.Exists(new StateDirectory(stateDirectory).Database);

    public async Task<RunRecord> CreateAsync(MigrationOptions options, CancellationToken ct)
    {
        CheckName(options.RunName);
        var now = _clock.GetUtcNow();
        var run = new RunRecord(options.RunName, Guid.NewGuid(), 1, 0, RunState.Assessment, null, null, now, now);
        var (json, secrets) = OptionsText.Split(options);
        await InTransactionAsync(
            async t =>
            {
                await ForgetAbortedAsync(run.Name, t);
                var created = await _connection.ExecuteAsync(
                    """
                    INSERT INTO run (name, id, version, fence, state, options, created_at, updated_at)
                    VALUES (@Name, @Id, 1, 0, @State, @json, @at, @at) ON CONFLICT (name) DO NOTHING
                    """,
                    new { run.Name, Id = run.Id.ToString(), State = run.State.ToString(), json, at = RunRow.Text(now) }, t);
                if (created == 0) throw Taken(run.Name);
                await InsertSecretsAsync(run, secrets, t);
                await InsertJournalAsync(run.Name, "transition", run.State.ToString(), "created", t);
                return true;
            },
            ct);
        return run;
    }

    /// <summary>Gives a run other options; the caller holds its lease.</summary>
    public async Task ChangeOptionsAsync(MigrationOptions options, CancellationToken ct)
    {
        var run = await FindAsync(options.RunName, ct) ?? throw RunErrors.Unknown(options.RunName);
        var (json, secrets) = OptionsText.Split(options);
        await InTransactionAsync(
            async t =>
            {
                await _connection.ExecuteAsync("UPDATE run SET options = @json WHERE name = @Name", new { json, run.Name }, t);
                await _connection.ExecuteAsync("DELETE FROM secret WHERE run = @Name", new { run.Name }, t);
                await InsertSecretsAsync(run, secrets, t);
                return true;
            },
            ct);
    }

    private async Task InsertSecretsAsync(RunRecord run, IReadOnlyDictionary<string, string> secrets, SqliteTransaction transaction)
    {
        foreach (var (name, secret) in secrets)
        {
            var (nonce, cipher) = _box.Seal(secret, Owner(run.Id.ToString(), name));
            await _connection.ExecuteAsync(
                "INSERT INTO secret (run, name, nonce, cipher) VALUES (@run, @name, @nonce, @cipher)",
                new { run = run.Name, name, nonce, cipher }, transaction);
        }
    }

    public async Task<RunRecord?> FindAsync(string name, CancellationToken ct) =>
        (await QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).SingleOrDefault()?.ToRecord();

    public async Task<IReadOnlyList<RunRecord>> ListAsync(CancellationToken ct) =>
        [.. (await QueryAsync<RunRow>("SELECT * FROM run ORDER BY updated_at DESC, name", null, ct)).Select(r => r.ToRecord())];

    public async Task<MigrationOptions> OptionsAsync(string name, CancellationToken ct)
    {
        var run = (await QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).SingleOrDefault() ?? throw RunErrors.Unknown(name);
        var secrets = await QueryAsync<SecretRow>("SELECT name, nonce, cipher FROM secret WHERE run = @name", new { name }, ct);
        var options = OptionsText.Join(
            run.Options,
            s =>
            {
                var row = secrets.Single(r => r.Name == s);
                return _box.Open(row.Nonce, row.Cipher, Owner(run.Id, s));
            });

        // The directory may have been moved since; the one that is open counts.
        return options with { StateDirectory = _directory.Root };
    }

    public async Task<IRunLease> AcquireAsync(string name, CancellationToken ct)
    {
        if (await FindAsync(name, ct) is null) throw RunErrors.Unknown(name);
        var file = await RunLease.LockAsync(_directory.Lock(name), _clock, ct) ?? throw await HeldAsync(name, ct);
        try
        {
            // What the driver before this one began counts as asked again, if somebody still waits for it.
            var fence = await InTransactionAsync(
                t => _connection.ExecuteScalarAsync<long>(
                    """
                    UPDATE request SET begun_at = NULL WHERE run = @name AND exit_code IS NULL;
                    UPDATE run SET fence = fence + 1, holder = @holder, held_since = @at
                    WHERE name = @name RETURNING fence
                    """,
                    new { name, holder = $"pid {Environment.ProcessId} on {Environment.MachineName}", at = RunRow.Text(_clock.GetUtcNow()) }, t),
                ct);
            return new RunLease(file, new FencingToken(fence));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>A live process drives the run now.</summary>
    public async Task<bool> IsDrivenAsync(string name, CancellationToken ct)
    {
        if (await FindAsync(name, ct) is null) throw RunErrors.Unknown(name);
        var path = _directory.Lock(name);
        if (!File.Exists(path)) return false;
        var file = RunLease.TryLock(path);
        if (file is null) return true;
        await file.DisposeAsync();
        return false;
    }

    public async Task<RunRecord> TransitionAsync(
        RunRecord run, FencingToken token, RunState next, RunState? failedIn, string? error, string why, CancellationToken ct)
    {
        var masked = error is null ? null : SecretText.Mask(error);
        return await InTransactionAsync(
            async t =>
            {
                var row = await _connection.QuerySingleOrDefaultAsync<RunRow>(
                    """
                    UPDATE run SET state = @next, failed_in = @failedIn, error = @masked, version = version + 1, updated_at = @at
                    WHERE name = @Name AND version = @Version AND fence = @token RETURNING *
                    """,
                    new
                    {
                        run.Name, run.Version, token = token.Value, next = next.ToString(), failedIn = failedIn?.ToString(), masked,
                        at = RunRow.Text(_clock.GetUtcNow()),
                    },
                    t) ?? throw Overtaken(run.Name);
                await InsertJournalAsync(run.Name, "transition", next.ToString(), SecretText.Mask(why), t);
                return row.ToRecord();
            },
            ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _gate.Dispose();
    }

    private static string Owner(string runId, string secret) => $"{runId}/{secret}";
}
