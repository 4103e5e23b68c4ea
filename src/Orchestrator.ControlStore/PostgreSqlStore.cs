using System.Data.Common;
using Dapper;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>
/// A store in schema <c>orchestrator_control</c> of a PostgreSQL database (<c>--control-db</c>), for processes of several
/// machines. The right to drive a run ends by the server's clock unless it is renewed.
/// </summary>
internal sealed class PostgreSqlStore : IStoreDatabase
{
    private const string Schema = "orchestrator_control";

    /// <summary>How long a server that is away is waited for before a call fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;

    private PostgreSqlStore(NpgsqlDataSource source, TimeProvider clock) => (_source, _clock) = (source, clock);

    public static async Task<PostgreSqlStore> OpenAsync(string connectionString, TimeProvider clock, CancellationToken ct)
    {
        var store = new PostgreSqlStore(NpgsqlDataSource.Create(connectionString), clock);
        try
        {
            await store.UpgradeAsync(ct);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>There is a store; looking for it creates nothing.</summary>
    public static async Task<bool> ExistsAsync(string connectionString, TimeProvider clock, CancellationToken ct)
    {
        await using var store = new PostgreSqlStore(NpgsqlDataSource.Create(connectionString), clock);
        return await store.CallAsync(t => t.Connection!.ExecuteScalarAsync<bool>($"SELECT to_regclass('{Schema}.run') IS NOT NULL", transaction: t), "", ct);
    }

    public Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken ct) => CallAsync(
        async t => (List<T>)[.. await t.Connection!.QueryAsync<T>(new CommandDefinition(sql, parameters, t, cancellationToken: ct))], $"SET LOCAL search_path TO {Schema}", ct);

    // As in SQLite there is one writer at a time: next numbers are read and used without a gap.
    public Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken ct) =>
        CallAsync(work, $"SET LOCAL search_path TO {Schema}; LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE", ct);

    public async Task<IRunLease?> LeaseAsync(string run, Func<DbTransaction, Task<FencingToken>> raise, CancellationToken ct)
    {
        // A holder that lives renews before its lease is over; one that was killed does not, and is waited for that long.
        string? seen = null;
        while (true)
        {
            if (await TryLeaseAsync(run, raise, ct) is { } token) return new RenewedLease(this, run, token, _clock);
            var until = (await QueryAsync<string>("SELECT held_until::text FROM run WHERE name = @run AND held_until IS NOT NULL", new { run }, ct)).SingleOrDefault();
            if (seen is not null && until is not null && until != seen) return null;
            seen = until;
            await Task.Delay(Poll, TimeProvider.System, ct);
        }
    }

    public async Task<bool> IsLeasedAsync(string run, CancellationToken ct) =>
        (await QueryAsync<bool>("SELECT held_until > clock_timestamp() FROM run WHERE name = @run AND held_until IS NOT NULL", new { run }, ct)).SingleOrDefault();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private Task<FencingToken?> TryLeaseAsync(string run, Func<DbTransaction, Task<FencingToken>> raise, CancellationToken ct) => InTransactionAsync<FencingToken?>(
        async t =>
        {
            var taken = await t.Connection!.ExecuteAsync(
                $"""
                UPDATE run SET held_until = clock_timestamp() + interval '{RenewedLease.Seconds} s'
                WHERE name = @run AND (held_until IS NULL OR held_until < clock_timestamp())
                """,
                new { run }, t);
            return taken == 1 ? await raise(t) : null;
        },
        ct);

    private async Task UpgradeAsync(CancellationToken ct)
    {
        var scripts = StoreScripts.Of("postgresql");
        await CallAsync(
            async t =>
            {
                var connection = t.Connection!;
                await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({StoreScripts.ApplicationId})", transaction: t);
                var has = await connection.QuerySingleAsync<(bool Schema, bool Version)>($"SELECT to_regnamespace('{Schema}') IS NOT NULL, to_regclass('{Schema}.version') IS NOT NULL", transaction: t);
                if (has is { Schema: true, Version: false }) throw StoreScripts.Foreign($"Schema {Schema}", null);
                // Asked first: an account that may not create anything can use what is there.
                if (!has.Schema) await connection.ExecuteAsync($"CREATE SCHEMA {Schema}; CREATE TABLE {Schema}.version (number int NOT NULL); INSERT INTO {Schema}.version VALUES (0)", transaction: t);
                var version = await connection.ExecuteScalarAsync<int>($"SELECT number FROM {Schema}.version", transaction: t);
                StoreScripts.RequireKnown(version, scripts, $"in schema {Schema}");
                await connection.ExecuteAsync($"SET LOCAL search_path TO {Schema}", transaction: t);
                foreach (var (number, name) in scripts.Where(s => s.Number > version))
                    await connection.ExecuteAsync($"{await StoreScripts.TextAsync(name, ct)}; UPDATE version SET number = {number}", transaction: t);
                return true;
            },
            "", ct);
    }

    /// <param name="work">What to do.</param>
    /// <param name="before">Statements the transaction begins with: nothing is set for the session, which a pooler may give to others.</param>
    /// <param name="ct">Stops it.</param>
    private async Task<T> CallAsync<T>(Func<DbTransaction, Task<T>> work, string before, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (before.Length > 0) await connection.ExecuteAsync(new CommandDefinition(before, transaction: transaction, cancellationToken: ct));
            var result = await work(transaction);
            await transaction.CommitAsync(ct);
            return result;
        }
        catch (NpgsqlException e)
        {
            throw Unusable(e);
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        var start = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await _source.OpenConnectionAsync(ct);
            }
            catch (NpgsqlException e) when (e.IsTransient && _clock.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Poll, TimeProvider.System, ct);
            }
            catch (NpgsqlException e)
            {
                throw Unusable(e);
            }
        }
    }

    private static OrchestratorException Unusable(NpgsqlException e) => e.IsTransient || e is not PostgresException
        ? new OrchestratorException(ErrorKind.Transient, "E-RUN-011", $"The control database does not answer: {e.Message.TrimEnd('.')}.", "See whether it runs and --control-db names it; then resume.", e)
        : new OrchestratorException(ErrorKind.Configuration, "E-RUN-012", $"The control database refuses: {e.Message.TrimEnd('.')}.", $"The account of --control-db needs CREATE on the database, once, and then all of schema {Schema}.", e);
}
