using System.Data.Common;
using Dapper;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>Keeps runs, in one SQLite file of a directory or in a PostgreSQL database.</summary>
public sealed partial class RunStore : IRunStore, IAsyncDisposable
{
    private readonly StateDirectory _directory;
    private readonly IStoreDatabase _database;
    private readonly TimeProvider _clock;
    private readonly SecretBox _box;
    private readonly StoreLocation _location;

    private RunStore(StoreLocation location, StateDirectory directory, IStoreDatabase database, TimeProvider clock)
    {
        (_location, _directory, _database, _clock) = (location, directory, database, clock);
        _box = new SecretBox(directory.Key);
    }

    /// <summary>What the service keeps in the same store.</summary>
    public Service.ServiceStore Service => new(_database, _clock);

    /// <param name="location">Where; created if missing, the directory with mode 0700.</param>
    /// <param name="clock">Clock of the times that are kept.</param>
    /// <param name="ct">Stops the opening.</param>
    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-RUN-003</c> written by a newer version, <c>E-RUN-004</c> directory not writable,
    /// <c>E-RUN-005</c> not a control store, <c>E-RUN-012</c> refused by the database. Transient <c>E-RUN-011</c>: it does not answer.
    /// </exception>
    public static async Task<RunStore> OpenAsync(StoreLocation location, TimeProvider clock, CancellationToken ct)
    {
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        var directory = new StateDirectory(location.StateDirectory);
        directory.Prepare(withDatabase: location.Database is null);
        IStoreDatabase database = location.Database is { } connection
            ? await PostgreSqlStore.OpenAsync(connection, clock, ct)
            : await SqliteStore.OpenAsync(directory, clock, ct);
        return new RunStore(location, directory, database, clock);
    }

    /// <summary>There is a store; asking creates nothing.</summary>
    public static async Task<bool> ExistsAsync(StoreLocation location, TimeProvider clock, CancellationToken ct) => location.Database is { } connection
        ? await PostgreSqlStore.ExistsAsync(connection, clock, ct)
        : File.Exists(new StateDirectory(location.StateDirectory).Database);

    public async Task<RunRecord> CreateAsync(MigrationOptions options, CancellationToken ct)
    {
        CheckName(options.RunName);
        var now = _clock.GetUtcNow();
        var run = new RunRecord(options.RunName, Guid.NewGuid(), 1, 0, RunState.Assessment, null, null, now, now);
        var (json, secrets) = OptionsText.Split(options);
        await _database.InTransactionAsync(
            async t =>
            {
                await ForgetAbortedAsync(run.Name, t);
                var created = await t.Connection!.ExecuteAsync(
                    """
                    INSERT INTO run (name, id, version, fence, state, options, created_at, updated_at)
                    VALUES (@Name, @Id, 1, 0, @State, @json, @at, @at) ON CONFLICT (name) DO NOTHING
                    """,
                    new { run.Name, Id = run.Id.ToString(), State = run.State.ToString(), json, at = RunRow.Text(now) }, t);
                if (created == 0) throw Taken(run.Name, $"{_location}");
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
        await _database.InTransactionAsync(
            async t =>
            {
                await t.Connection!.ExecuteAsync("UPDATE run SET options = @json WHERE name = @Name", new { json, run.Name }, t);
                await t.Connection!.ExecuteAsync("DELETE FROM secret WHERE run = @Name", new { run.Name }, t);
                await InsertSecretsAsync(run, secrets, t);
                return true;
            },
            ct);
    }

    private async Task InsertSecretsAsync(RunRecord run, IReadOnlyDictionary<string, string> secrets, DbTransaction transaction)
    {
        foreach (var (name, secret) in secrets)
        {
            var (nonce, cipher) = _box.Seal(secret, Owner(run.Id.ToString(), name));
            await transaction.Connection!.ExecuteAsync(
                "INSERT INTO secret (run, name, nonce, cipher) VALUES (@run, @name, @nonce, @cipher)",
                new { run = run.Name, name, nonce, cipher }, transaction);
        }
    }

    public async Task<RunRecord?> FindAsync(string name, CancellationToken ct) =>
        (await _database.QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).SingleOrDefault()?.ToRecord();

    public async Task<IReadOnlyList<RunRecord>> ListAsync(CancellationToken ct) =>
        [.. (await _database.QueryAsync<RunRow>("SELECT * FROM run ORDER BY updated_at DESC, name", null, ct)).Select(r => r.ToRecord())];

    public async Task<MigrationOptions> OptionsAsync(string name, CancellationToken ct)
    {
        var run = (await _database.QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).SingleOrDefault() ?? throw RunErrors.Unknown(name);
        var secrets = await _database.QueryAsync<SecretRow>("SELECT name, nonce, cipher FROM secret WHERE run = @name", new { name }, ct);
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
        return await _database.LeaseAsync(name, RaiseAsync, ct) ?? throw await HeldAsync(name, ct);

        // What the driver before this one began counts as asked again, if somebody still waits for it.
        async Task<FencingToken> RaiseAsync(DbTransaction t) => new(await t.Connection!.ExecuteScalarAsync<long>(
            """
            UPDATE request SET begun_at = NULL WHERE run = @name AND exit_code IS NULL;
            UPDATE run SET fence = fence + 1, holder = @holder, held_since = @at
            WHERE name = @name RETURNING fence
            """,
            new { name, holder = $"pid {Environment.ProcessId} on {Environment.MachineName}", at = RunRow.Text(_clock.GetUtcNow()) }, t));
    }

    /// <summary>A live process drives the run now.</summary>
    public async Task<bool> IsDrivenAsync(string name, CancellationToken ct)
    {
        if (await FindAsync(name, ct) is null) throw RunErrors.Unknown(name);
        return await _database.IsLeasedAsync(name, ct);
    }

    public async Task<RunRecord> TransitionAsync(
        RunRecord run, FencingToken token, RunState next, RunState? failedIn, string? error, string why, CancellationToken ct)
    {
        var masked = error is null ? null : SecretText.Mask(error);
        return await _database.InTransactionAsync(
            async t =>
            {
                var row = await t.Connection!.QuerySingleOrDefaultAsync<RunRow>(
                    """
                    UPDATE run SET state = @next, failed_in = @failedIn, error = @masked, version = version + 1, updated_at = @at
                    WHERE name = @Name AND version = @Version AND fence = @token RETURNING *
                    """,
                    new
                    {
                        run.Name, run.Version, token = token.Value, next = next.ToString(), failedIn = failedIn?.ToString(), masked,
                        at = RunRow.Text(_clock.GetUtcNow()),
                    },
                    t) ?? throw RunErrors.Overtaken(run.Name);
                await InsertJournalAsync(run.Name, "transition", next.ToString(), SecretText.Mask(why), t);
                return row.ToRecord();
            },
            ct);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string Owner(string runId, string secret) => $"{runId}/{secret}";
}
