using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Parts;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>
/// That a worker lives, by the server's clock: renewed by itself until disposed. Whoever was silent too long loses what it
/// holds, parts of the changes or a chunk of a load, to the others and joins again under a new token.
/// </summary>
internal sealed class WorkerLease : IAsyncDisposable
{
    /// <summary>It applies parts of the changes.</summary>
    public const string Apply = "apply";

    /// <summary>It copies chunks.</summary>
    public const string Load = "load";

    /// <summary>How long a worker may be silent.</summary>
    public const string Length = "15 seconds";

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    private readonly PgSession _session;
    private readonly string _run;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;
    private volatile bool _isLost;

    private WorkerLease(PgSession session, string run, long token, TimeProvider time)
    {
        (_session, _run, Token, _time) = (session, run, token, time);
        _renewing = RenewAsync();
    }

    public long Token { get; }

    /// <param name="session">The target.</param>
    /// <param name="run">The run's key in the ledger.</param>
    /// <param name="kind"><see cref="Apply"/> or <see cref="Load"/>.</param>
    /// <param name="name">For people.</param>
    /// <param name="writes">The session that will write: the others end it if this worker falls silent.</param>
    /// <param name="time">Paces the renewals.</param>
    /// <param name="ct">Stops joining.</param>
    public static async Task<WorkerLease> JoinAsync(PgSession session, string run, string kind, string name, NpgsqlConnection writes, TimeProvider time, CancellationToken ct)
    {
        // Before it is forgotten: nobody else may have been there to do it.
        await writes.RunAsync(EndSilentSql, ct, run);
        await writes.RunAsync("DELETE FROM orchestrator.apply_worker WHERE run = $1 AND alive_until < clock_timestamp() - interval '1 minute'", ct, run);
        var token = await writes.ScalarAsync<long>(
            $"""
            INSERT INTO orchestrator.apply_worker (run, kind, name, session, session_start, alive_until)
            SELECT $1, $2, $3, pid, backend_start, clock_timestamp() + interval '{Length}' FROM pg_stat_activity WHERE pid = pg_backend_pid() RETURNING token
            """, ct, run, kind, name);
        return new WorkerLease(session, run, token, time);
    }

    /// <exception cref="OrchestratorException">Transient <c>E-CDC-002</c>.</exception>
    public void ThrowIfLost()
    {
        if (_isLost) throw new OrchestratorException(ErrorKind.Transient, "E-CDC-002", "This worker was silent for longer than its lease: others have what it held, it joins again.");
    }

    /// <summary>
    /// Ends the sessions of workers that are silent: one may have a transaction open, paused in the middle of it, and as long as that
    /// session lives, its rows and what it holds are locked (CASES X14).
    /// </summary>
    public async Task EndSilentAsync(NpgsqlConnection connection, CancellationToken ct) => await connection.RunAsync(EndSilentSql, ct, _run);

    /// <summary>Tokens of those that live.</summary>
    public static string AliveSql(string kind) => $"SELECT token FROM orchestrator.apply_worker WHERE run = $1 AND kind = '{kind}' AND alive_until >= clock_timestamp()";

    /// <summary>Leaves: what it held is free at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
        using var limit = new CancellationTokenSource(LeaveLimit, _time);
        try
        {
            await using var connection = await _session.OpenAsync(limit.Token);
            await connection.RunAsync("UPDATE orchestrator.apply_part SET token = NULL WHERE run = $1 AND token = $2", limit.Token, _run, Token);
            await connection.RunAsync("UPDATE orchestrator.load_chunk SET token = NULL WHERE run = $1 AND token = $2 AND NOT is_done", limit.Token, _run, Token);
            await connection.RunAsync("DELETE FROM orchestrator.apply_worker WHERE run = $1 AND token = $2", limit.Token, _run, Token);
            await connection.RunAsync($"NOTIFY {PartTables.Channel}", limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or IOException or TimeoutException)
        {
            // The server is away, or the run is over and its tables are gone: the lease ends by itself.
            System.Diagnostics.Trace.WriteLine(e.GetType().Name);
        }
    }

    private const string EndSilentSql = """
        SELECT pg_terminate_backend(w.session) FROM orchestrator.apply_worker w
        JOIN pg_stat_activity a ON a.pid = w.session AND a.backend_start = w.session_start
        WHERE w.run = $1 AND w.alive_until < clock_timestamp()
        """;

    private async Task RenewAsync()
    {
        NpgsqlConnection? connection = null;
        try
        {
            while (!_isLost)
            {
                await Task.Delay(RenewEvery, _time, _stop.Token);
                connection = await RenewOnceAsync(connection);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It leaves.
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    /// <returns>The session to use the next time; null: a new one.</returns>
    private async Task<NpgsqlConnection?> RenewOnceAsync(NpgsqlConnection? connection)
    {
        try
        {
            connection ??= await _session.OpenAsync(_stop.Token);
            // Not if it has run out: somebody may be taking over what it holds.
            _isLost = 0 == await connection.RunAsync(
                $"UPDATE orchestrator.apply_worker SET alive_until = clock_timestamp() + interval '{Length}' WHERE run = $1 AND token = $2 AND alive_until >= clock_timestamp()",
                _stop.Token, _run, Token);
            return connection;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Tried again at the next beat; if it lasts, the lease is found to have run out.
            if (connection is not null) await connection.DisposeAsync();
            return null;
        }
    }
}
