using Orchestrator.Core.Cutover;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>
/// Stands for capture, apply and ledger: what the source's table <c>app</c> holds when the marker is waited for is put
/// on the target, by a session of ours. The fences around it are real, so a write the fence lets slip is a lost row.
/// </summary>
internal sealed class CopyingFlow(PgSession source, PgSession target) : IChangeCapture, IChangeFlow, IFlowHold, ITargetLedger, ISchemaMover, IStragglerProbe
{
    private string? _emitted;
    private string? _applied;

    public bool IsHeld { get; private set; }

    public bool TriggersEnabled { get; private set; }

    /// <summary>How often disabling triggers fails before it works.</summary>
    public int TriggerFailures { get; set; }

    public bool WasHeldWhenTriggersWentOff { get; private set; }

    public long Drift { get; set; }

    public TimeSpan? Lag { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Rows of <c>app</c> on the source that the target did not get before it opened.</summary>
    public IReadOnlyList<Straggler> Late { get; set; } = [];

    public Checkpoint Current => new(new LsnPosition(Lsn.Zero), _applied, 1, 1, Drift, null);

    public async Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct)
    {
        _emitted = nonce;
        return new LsnPosition(Lsn.Parse((await source.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text", ct))!));
    }

    public async Task WaitForMarkerAsync(string nonce, CancellationToken ct)
    {
        Assert.Equal(_emitted, nonce);
        await using var from = await source.OpenAsync(ct);
        var ids = await from.ListAsync("SELECT id FROM public.app", r => r.GetInt64(0), ct);
        await using var to = await target.OpenReplicaRoleAsync(ct);
        await to.RunAsync("INSERT INTO public.app SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING", ct, ids.ToArray());
        _applied = nonce;
    }

    public Task<IFlowHold> HoldAsync(CancellationToken ct)
    {
        IsHeld = true;
        return Task.FromResult<IFlowHold>(this);
    }

    public Task<LedgerState?> ReadAsync(CancellationToken ct) =>
        Task.FromResult<LedgerState?>(new LedgerState("x", new FencingToken(1), [], Current));

    public Task EnableTriggersAsync(CancellationToken ct)
    {
        TriggersEnabled = true;
        return Task.CompletedTask;
    }

    public Task DisableTriggersAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        if (TriggerFailures-- > 0) throw new InvalidOperationException("the target is away");
        (TriggersEnabled, WasHeldWhenTriggersWentOff) = (false, IsHeld);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Straggler>> ReadAsync(SourcePosition marker, CancellationToken ct) => Task.FromResult(Late);

    public ValueTask DisposeAsync()
    {
        IsHeld = false;
        return ValueTask.CompletedTask;
    }

    Task IFlowHold.AdvanceToAsync(SourcePosition position, CancellationToken ct) => throw new NotSupportedException();

    Task<ISnapshot> IChangeCapture.CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task<ISnapshot> IChangeCapture.TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task<CaptureStatus?> IChangeCapture.StatusAsync(CancellationToken ct) => throw new NotSupportedException();

    Task<ISnapshot> IChangeCapture.TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    IChangeReader IChangeCapture.OpenReader(IReadOnlyList<FollowedTable> tables) => throw new NotSupportedException();

    Task<SourcePosition> IChangeCapture.CurrentPositionAsync(CancellationToken ct) => throw new NotSupportedException();

    Task IChangeCapture.DropAsync(CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.OpenAsync(string sourceIdentity, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.BeginTableAsync(TableSchema table, SourcePosition snapshot, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.AdoptTablesAsync(IReadOnlyList<TableSchema> tables, SourcePosition position, FencingToken fence, CancellationToken ct) =>
        throw new NotSupportedException();

    Task ITargetLedger.CompleteTableAsync(TableRef table, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.StartChangesAsync(SourcePosition position, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.DropAsync(CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.CreatePreDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.CreateIndexesAsync(TableSchema table, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.CreatePostDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.AnalyzeAsync(TableSchema table, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.DropCreatedAsync(CancellationToken ct) => throw new NotSupportedException();

    void ISchemaMover.DeleteDump() => throw new NotSupportedException();
}
