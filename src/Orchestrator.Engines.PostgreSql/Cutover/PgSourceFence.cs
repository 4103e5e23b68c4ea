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

    /// <summary>How long all tables are tried together: a few tries.</summary>
    private static readonly TimeSpan AtOnceWait = TimeSpan.FromSeconds(1);

    /// <summary>Younger ones come and go: the next moment has others. An older one is waited for, it will end.</summary>
    private static readonly TimeSpan ShortTransaction = TimeSpan.FromSeconds(1);

    private readonly PgSession _session;
    private readonly TimeProvider _time;
    private readonly FenceText _text;
    private readonly PgFence _fence;
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private NpgsqlConnection? _openedBefore;
    private IReadOnlyList<TableSchema> _tables = [];
    private TimeSpan _lease;

    public PgSourceFence(PgSession session, Guid runId, TimeProvider time)
    {
        _session = session;
        _time = time;
        _text = new FenceText(runId, "source");
        _fence = new PgFence(session, _text, time);
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<TableSchema> tables, TimeSpan lease, TimeSpan wait, CancellationToken ct)
    {
        if (_openedBefore is not null) await _openedBefore.DisposeAsync();
        _openedBefore = await _session.OpenAsync(ct);
        await using var connection = await _session.BorrowAsync(ct);
        await RefuseSubscriptionsAsync(connection, tables, ct);
        (_tables, _lease) = (tables, lease);
        var blockers = await RefusePermanentAsync(() => CloseTablesAsync(connection, wait, ct));
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
        await using var connection = await _session.BorrowAsync(ct);
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
        await using var connection = await _session.BorrowAsync(ct);
        await _fence.OpenAsync(connection, ct);
        await DropWatchSessionAsync();
        await _fence.RemoveAsync(connection, RemoveWait, ct);
    }

    /// <inheritdoc/>
    public async Task<bool> ReleaseAsync(CancellationToken ct)
    {
        await using var connection = await _session.BorrowAsync(ct);
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

    /// <summary>
    /// All tables at one moment if that can be had: applications then wait for us and meet no refusal before the fence is
    /// complete. Where short transactions lock tables in another order than we do, somebody always holds what we ask for
    /// and waits for what we hold; with a table at a time that cannot happen (CASES V1).
    /// </summary>
    /// <returns>Null, or who was in the way last; nothing is fenced then.</returns>
    private async Task<IReadOnlyList<OpenTransaction>?> CloseTablesAsync(NpgsqlConnection connection, TimeSpan wait, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        IReadOnlyList<OpenTransaction>? blockers = [];
        for (var inTurn = false; blockers is not null; inTurn = blockers?.All(IsShort) ?? false)
        {
            var left = wait - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return blockers;
            blockers = inTurn ? await CloseInTurnAsync(connection, ct) : await TryCloseAsync(connection, _tables, left < AtOnceWait ? left : AtOnceWait, ct);
        }

        return null;
    }

    private async Task<IReadOnlyList<OpenTransaction>?> CloseInTurnAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        foreach (var table in _tables)
        {
            if (await TryCloseAsync(connection, [table], TimeSpan.Zero, ct) is not { } blockers) continue;
            await connection.RunAsync(FenceSql.Release(_text, _owner), ct);
            await RemoveTriggersIfFreeAsync(connection, ct);
            return blockers;
        }

        return null;
    }

    private async Task RemoveTriggersIfFreeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await _fence.RemoveAsync(connection, TimeSpan.Zero, ct);
        }
        catch (OrchestratorException e) when (e.Code == "E-FENCE-005")
        {
            // They let everything pass; the next try takes them over, the undo removes them.
            return;
        }
    }

    private static bool IsShort(OpenTransaction t) => !t.IsMaintenance && t.Age < ShortTransaction;

    private Task<IReadOnlyList<OpenTransaction>?> TryCloseAsync(
        NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, TimeSpan wait, CancellationToken ct) =>
        _fence.TryLockedAsync(
            connection, tables, lockWait => FenceSql.Close(tables, _text, _text.Leased(_lease, _owner), always: true, lockWait), wait, ct);

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
