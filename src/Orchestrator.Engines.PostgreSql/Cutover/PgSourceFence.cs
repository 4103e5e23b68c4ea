using Npgsql;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>
/// Statement triggers that fire in every session, whatever it sets, and refuse until the lease in their function ends.
/// See <c>docs/cutover.md</c> for what gets past them (who may drop or disable a trigger).
/// </summary>
public sealed class PgSourceFence : ISourceFence, IAsyncDisposable
{
    private static readonly TimeSpan RemoveWait = TimeSpan.FromSeconds(5);

    private readonly PgSession _session;
    private readonly FenceText _text;
    private readonly PgFence _fence;
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private NpgsqlConnection? _openedBefore;
    private IReadOnlyList<TableSchema> _tables = [];
    private TimeSpan _lease;

    public PgSourceFence(PgSession session, Guid runId, TimeProvider time)
    {
        _session = session;
        _text = new FenceText(runId, "source");
        _fence = new PgFence(session, _text, time);
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<TableSchema> tables, TimeSpan lease, TimeSpan wait, CancellationToken ct)
    {
        if (_openedBefore is not null) await _openedBefore.DisposeAsync();
        _openedBefore = await _session.OpenAsync(ct);
        await using var connection = await _session.OpenAsync(ct);
        await RefuseSubscriptionsAsync(connection, tables, ct);
        (_tables, _lease) = (tables, lease);
        var blockers = await RefusePermanentAsync(() => _fence.TryLockedAsync(
            connection, tables, lockWait => FenceSql.Close(tables, _text, _text.Leased(lease, _owner), always: true, lockWait), wait, ct));
        if (blockers is not null) throw Blocked(blockers, wait);
    }

    /// <inheritdoc/>
    public async Task ProbeAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var old = _openedBefore is null
            ? Task.CompletedTask
            : FenceProbe.RunAsync(_openedBefore, tables, _text, "a session opened before the fence", ct);
        await using var fresh = await _session.OpenAsync(ct);
        await Task.WhenAll(old, FenceProbe.RunAsync(fresh, tables, _text, "a new session", ct));
    }

    /// <inheritdoc/>
    public async Task MakePermanentAsync(CancellationToken ct)
    {
        await using var connection = await _session.OpenAsync(ct);
        if (_tables.Count == 0) throw LeaseOver("the fence is not the one this process closed");
        try
        {
            var blockers = await _fence.TryLockedAsync(
                connection, _tables, lockWait => FenceSql.MakePermanent(_tables, _text, _owner, lockWait), _lease, ct);
            if (blockers is not null) throw LeaseOver($"locks could not be had because of {string.Join("; ", blockers.Take(5))}");
        }
        catch (PostgresException e) when (e.SqlState == "ORF03")
        {
            throw LeaseOver(e.MessageText);
        }
        catch (PostgresException e) when (e.SqlState == "ORF02")
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-FENCE-002", $"Somebody removed or disabled the write fence on {e.MessageText}; writes may have slipped in.",
                "Find out who; the cutover can be tried again.");
        }

        await DropWatchSessionAsync();
    }

    /// <inheritdoc/>
    public Task<FenceState> StateAsync(CancellationToken ct) => _fence.StateAsync(ct);

    /// <inheritdoc/>
    public async Task LiftAsync(CancellationToken ct)
    {
        await using var connection = await _session.OpenAsync(ct);
        await _fence.OpenAsync(connection, ct);
        await DropWatchSessionAsync();
        await _fence.RemoveAsync(connection, RemoveWait, ct);
    }

    /// <inheritdoc/>
    public async Task<bool> ReleaseAsync(CancellationToken ct)
    {
        await using var connection = await _session.OpenAsync(ct);
        try
        {
            await connection.RunAsync(FenceSql.Release(_text, _owner), ct);
        }
        catch (PostgresException e) when (e.SqlState == "ORF06")
        {
            return false;
        }

        await DropWatchSessionAsync();
        await _fence.RemoveAsync(connection, RemoveWait, ct);
        return true;
    }

    public async ValueTask DisposeAsync() => await DropWatchSessionAsync();

    private async Task DropWatchSessionAsync()
    {
        if (_openedBefore is null) return;
        await _openedBefore.DisposeAsync();
        _openedBefore = null;
    }

    private static async Task<T> RefusePermanentAsync<T>(Func<Task<T>> close)
    {
        try
        {
            return await close();
        }
        catch (PostgresException e) when (e.SqlState == "ORF06")
        {
            throw new OrchestratorException(
                ErrorKind.Fenced, "E-FENCE-006", "This run's source is closed for good: its cutover is past the point of no return.",
                "Run resume to finish it.", e);
        }
    }

    /// <summary>A subscription's apply worker does not fire statement triggers (https://www.postgresql.org/docs/15/logical-replication-architecture.html).</summary>
    private static async Task RefuseSubscriptionsAsync(NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var fed = await connection.ScalarAsync<string>(
            $"""
             SELECT string_agg(DISTINCT format('%s (by subscription %s)', r.srrelid::regclass, s.subname), ', ')
             FROM pg_subscription_rel r JOIN pg_stat_subscription s ON s.subid = r.srsubid
             WHERE s.pid IS NOT NULL AND r.srrelid = ANY ({FenceSql.Names(tables)}::oid[])
             """, ct);
        if (fed is null) return;
        throw new OrchestratorException(
            ErrorKind.Configuration, "E-FENCE-004", $"The source receives rows by logical replication, which no fence stops: {fed}.",
            "Run ALTER SUBSCRIPTION ... DISABLE on the source before the cutover and point the upstream to the new database.");
    }

    private static OrchestratorException Blocked(IReadOnlyList<OpenTransaction> blockers, TimeSpan wait)
    {
        var who = blockers.Count == 0 ? "transactions that ended meanwhile" : string.Join("; ", blockers.Take(5));
        return new OrchestratorException(
            ErrorKind.Transient, "E-FENCE-001",
            $"Writes could not be stopped within {wait.TotalSeconds:0.#} s because transactions hold locks: {who}. Nothing is fenced.",
            "Let them end, or end them (SELECT pg_terminate_backend(pid); COMMIT PREPARED or ROLLBACK PREPARED), then cut over again.");
    }

    private static OrchestratorException LeaseOver(string why) => new(
        ErrorKind.Transient, "E-FENCE-003", $"The write fence could not be made permanent: {why}. The source opens by itself.",
        "Cut over again; raise --pause-budget if the steps before need longer.");
}
