using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// That a worker lives, by the server's clock: renewed by itself until disposed. Whoever was silent too long loses its parts to
/// the others and joins again under a new token.
/// </summary>
internal sealed class PartLease : IAsyncDisposable
{
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

    private PartLease(PgSession session, string run, long token, TimeProvider time)
    {
        (_session, _run, Token, _time) = (session, run, token, time);
        _renewing = RenewAsync();
    }

    public long Token { get; }

    /// <param name="session">The target.</param>
    /// <param name="run">The run's key in the ledger.</param>
    /// <param name="name">For people.</param>
    /// <param name="writes">The session that will write: the others end it if this worker falls silent.</param>
    /// <param name="time">Paces the renewals.</param>
    /// <param name="ct">Stops joining.</param>
    public static async Task<PartLease> JoinAsync(PgSession session, string run, string name, NpgsqlConnection writes, TimeProvider time, CancellationToken ct)
    {
        await writes.RunAsync("DELETE FROM orchestrator.apply_worker WHERE run = $1 AND alive_until < clock_timestamp() - interval '1 minute'", ct, run);
        var token = await writes.ScalarAsync<long>(
            $"""
            INSERT INTO orchestrator.apply_worker (run, name, session, session_start, alive_until)
            SELECT $1, $2, pid, backend_start, clock_timestamp() + interval '{Length}' FROM pg_stat_activity WHERE pid = pg_backend_pid() RETURNING token
            """, ct, run, name);
        return new PartLease(session, run, token, time);
    }

    /// <exception cref="OrchestratorException">Transient <c>E-CDC-002</c>.</exception>
    public void ThrowIfLost()
    {
        if (_isLost) throw new OrchestratorException(ErrorKind.Transient, "E-CDC-002", "This worker was silent for longer than its lease: others have its parts, it joins again.");
    }

    /// <summary>Takes free parts up to a fair share and gives back what is more.</summary>
    /// <returns>The parts held now.</returns>
    public async Task<IReadOnlyList<int>> ShareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await connection.RunAsync(EndSilentSql, ct, _run);
        await connection.RunAsync(GiveBackSql, ct, _run, Token);
        await connection.RunAsync(TakeSql, ct, _run, Token);
        return await connection.ListAsync("SELECT part FROM orchestrator.apply_part WHERE run = $1 AND token = $2 ORDER BY part", r => r.GetInt32(0), ct, _run, Token);
    }

    /// <summary>Leaves: the parts are free at once.</summary>
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
            await connection.RunAsync("DELETE FROM orchestrator.apply_worker WHERE run = $1 AND token = $2", limit.Token, _run, Token);
            await connection.RunAsync($"NOTIFY {PartTables.Channel}", limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or IOException or TimeoutException)
        {
            // The server is away, or the run is over and its tables are gone: the lease ends by itself.
            System.Diagnostics.Trace.WriteLine(e.GetType().Name);
        }
    }

    /// <summary>
    /// A worker that is silent may have a transaction open, paused in the middle of it: as long as its session lives, its rows and parts
    /// are locked.
    /// </summary>
    private const string EndSilentSql = """
        SELECT pg_terminate_backend(w.session) FROM orchestrator.apply_worker w
        JOIN pg_stat_activity a ON a.pid = w.session AND a.backend_start = w.session_start
        WHERE w.run = $1 AND w.alive_until < clock_timestamp()
        """;

    private const string AliveSql = "SELECT token FROM orchestrator.apply_worker WHERE run = $1 AND alive_until >= clock_timestamp()";

    /// <summary>Shares differ by one at most, and together they are all parts.</summary>
    private const string FairSql = $"""
        (SELECT parts / living + CASE WHEN before < parts % living THEN 1 ELSE 0 END FROM (
            SELECT (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1) AS parts, greatest(count(*), 1) AS living,
                   count(*) FILTER (WHERE token < $2) AS before FROM ({AliveSql}) alive) share)
        """;

    private const string GiveBackSql = $"""
        UPDATE orchestrator.apply_part SET token = NULL WHERE run = $1 AND token = $2 AND part IN (
            SELECT part FROM orchestrator.apply_part WHERE run = $1 AND token = $2 ORDER BY part DESC
            LIMIT greatest(0, (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1 AND token = $2) - {FairSql}))
        """;

    private const string TakeSql = $"""
        UPDATE orchestrator.apply_part p SET token = $2 FROM (
            SELECT part FROM orchestrator.apply_part
            WHERE run = $1 AND (token IS NULL OR token NOT IN ({AliveSql}))
              AND EXISTS (SELECT FROM orchestrator.apply_worker WHERE run = $1 AND token = $2 AND alive_until >= clock_timestamp())
            ORDER BY part LIMIT greatest(0, {FairSql} - (SELECT count(*) FROM orchestrator.apply_part WHERE run = $1 AND token = $2))
            FOR UPDATE SKIP LOCKED) free
        WHERE p.run = $1 AND p.part = free.part
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
            // Not if it has run out: somebody may be taking the parts over.
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
