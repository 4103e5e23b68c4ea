using System.Globalization;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Cutover;

/// <summary>
/// Stops writes in two steps. A read lock on the tables waits for the transactions that wrote them and keeps everybody from
/// writing; it belongs to a session of ours and goes with it, at the latest when the server finds that session silent for the
/// length of the lease. Past the point of no return the server itself is set read-only before the lock is let go.
/// </summary>
internal sealed class MySqlSourceFence(MySqlSession session, IOpenTransactions transactions, TimeProvider time) : ISourceFence, IAsyncDisposable
{
    /// <summary>Time left on the lease that making it permanent needs.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    private MySqlConnection? _lock;
    private long _closedAt;
    private TimeSpan _lease;
    private bool _isPermanentByUs;

    public async Task CloseAsync(IReadOnlyList<TableSchema> tables, TimeSpan lease, TimeSpan wait, CancellationToken ct)
    {
        if (await IsReadOnlyAsync(ct))
            throw new OrchestratorException(ErrorKind.Fenced, "E-FENCE-006", "The source refuses writes for good already: it is read-only.", "See the run's report.");
        await DropLockAsync();
        var connection = await session.OpenPatientAsync(ct);
        try
        {
            var limits = string.Create(
                CultureInfo.InvariantCulture, $"SET SESSION wait_timeout = {Math.Max(1, (long)lease.TotalSeconds)}, lock_wait_timeout = {Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))}");
            await connection.RunAsync(limits, ct);
            // The server counts silence from our last word: it ends at the latest when we think it does.
            await connection.RunAsync("LOCK TABLES " + string.Join(", ", tables.Select(t => MySqlName.Quote(t.Origin!.Value) + " READ")), ct);
            (_lock, _closedAt, _lease) = (connection, time.GetTimestamp(), lease);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1205 or 1213)
        {
            connection.Dispose();
            throw await BlockedAsync(wait, ct);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async Task ProbeAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        using var probe = await WriteProbe.OpenAsync(session, time, ct);
        foreach (var table in tables)
        {
            if (await probe.IsRefusedAsync(MySqlName.Quote(table.Origin!.Value), ct)) continue;
            throw new OrchestratorException(
                ErrorKind.Data, "E-FENCE-002", $"A write to {table.Origin} got through although the source is fenced.", "Report it; the cutover is taken back.") { Table = table.Origin.ToString() };
        }
    }

    public async Task MakePermanentAsync(CancellationToken ct)
    {
        if (_lock is null || time.GetElapsedTime(_closedAt) > _lease - Margin) throw Expired();
        using var connection = await session.OpenAsync(ct);
        await SetReadOnlyAsync(connection, ct);
        _isPermanentByUs = true;
        try
        {
            // The lock was held until now only if its session still answers: otherwise writes may have slipped in.
            await _lock.RunAsync("UNLOCK TABLES", ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            await LiftAsync(CancellationToken.None);
            throw Expired();
        }

        await DropLockAsync();
    }

    /// <summary>Waits for commits and statements under way, everybody else's writes wait with it: no longer than the lease.</summary>
    private async Task SetReadOnlyAsync(MySqlConnection connection, CancellationToken ct)
    {
        var left = Math.Max(1, (long)(_lease - time.GetElapsedTime(_closedAt)).TotalSeconds);
        await connection.RunAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION lock_wait_timeout = {left}"), ct);
        try
        {
            var closing = connection.RunAsync(connection.IsMariaDb ? "SET GLOBAL read_only = 1" : "SET GLOBAL super_read_only = 1", ct);
            if (!connection.IsMariaDb) await EndWaitingWritersAsync(closing, ct);
            await closing;
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1205)
        {
            throw Expired();
        }
    }

    /// <summary>Without that the server may not become read-only in time, which it says itself: only its own answer counts.</summary>
    private async Task EndWaitingWritersAsync(Task closing, CancellationToken ct)
    {
        try
        {
            await new WaitingWriters(session, time).EndUntilAsync(closing, time.GetElapsedTime(_closedAt), ct);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            System.Diagnostics.Trace.WriteLine($"writers that wait could not be ended: {e.Message}");
        }
    }

    public async Task<FenceState> StateAsync(CancellationToken ct) =>
        await IsReadOnlyAsync(ct) ? FenceState.Closed
        : _lock is not null && time.GetElapsedTime(_closedAt) < _lease ? FenceState.Leased
        : FenceState.Open;

    public async Task LiftAsync(CancellationToken ct)
    {
        await DropLockAsync();
        using var connection = await session.OpenAsync(ct);
        if (!connection.IsMariaDb) await connection.RunAsync("SET GLOBAL super_read_only = 0", ct);
        await connection.RunAsync("SET GLOBAL read_only = 0", ct);
        _isPermanentByUs = false;
    }

    public async Task<bool> ReleaseAsync(CancellationToken ct)
    {
        await DropLockAsync();
        if (!await IsReadOnlyAsync(ct)) return true;
        if (!_isPermanentByUs) return false;
        await LiftAsync(ct);
        return true;
    }

    public async ValueTask DisposeAsync() => await DropLockAsync();

    private async Task<bool> IsReadOnlyAsync(CancellationToken ct) => await session.ScalarAsync("SELECT @@global.read_only", ct) is "1" or "ON";

    private async Task DropLockAsync()
    {
        if (_lock is null) return;
        // The server lets the locks go when it notices the end; waiting for its answer makes sure that it has.
        try
        {
            await _lock.RunAsync("UNLOCK TABLES", CancellationToken.None);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            // The session is gone already, and the lock with it.
            _lease = TimeSpan.Zero;
        }

        _lock.Dispose();
        _lock = null;
    }

    private async Task<OrchestratorException> BlockedAsync(TimeSpan wait, CancellationToken ct)
    {
        var open = await transactions.ReadAsync([], TimeSpan.Zero, ct);
        var who = open.Count > 0 ? string.Join("; ", open.Take(3)) : "the server does not say which";
        return new OrchestratorException(
            ErrorKind.Transient, "E-FENCE-001", string.Create(CultureInfo.InvariantCulture, $"Writes could not be stopped within {wait.TotalSeconds:0.#} s: open transactions hold the tables: {who}. Nothing is fenced."),
            "End the transactions, or raise --pause-budget.");
    }

    private static OrchestratorException Expired() => new(
        ErrorKind.Transient, "E-FENCE-003", "The lease of the source's write fence has run out: writes may have slipped in.", "The cutover is taken back; try it again.");
}
