using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Pipeline.Cdc;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>Two real databases, the real engines, and a change apply that can be started, killed and started again.</summary>
internal sealed class CdcBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly FencingToken Fence = new(1);
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private CdcBench(DatabasePair pair, Guid runId, int applyParts)
    {
        Pair = pair;
        Source = new PgSourceEngine(pair.SourceUrl, runId, TimeProvider.System);
        Target = new PgTargetEngine(pair.TargetUrl, pair.SourceUrl, "test", runId, "unused", 1, TimeProvider.System) { ApplyParts = applyParts };
    }

    public DatabasePair Pair { get; }

    public PgSourceEngine Source { get; }

    public PgTargetEngine Target { get; }

    public IReadOnlyList<FollowedTable> Tables { get; set; } = [];

    public CdcRunner? Flow { get; private set; }

    public List<RunNotice> Notices { get; } = [];

    public string Slot => ((Engines.PostgreSql.Source.PgChangeCapture)Source.Capture).ObjectName;

    /// <summary>Both sides with the tables, the source's rows copied in the slot's snapshot; changes are not followed yet.</summary>
    /// <param name="name">Beginning of the databases' names.</param>
    /// <param name="tables">DDL for both sides.</param>
    /// <param name="rows">Rows of the source before the hand-over.</param>
    /// <param name="cluster">Runs the databases on other servers than the shared ones.</param>
    /// <param name="during">Runs after the slot was made and before the rows are read.</param>
    /// <param name="applyParts">Into how many parts changes are divided; 0: not at all.</param>
    public static async Task<CdcBench> LoadedAsync(
        string name, string tables, string rows = "", DatabasePair? cluster = null, Func<Task>? during = null, int applyParts = 0)
    {
        var bench = new CdcBench(cluster ?? await PgPair.CreateDatabasesAsync(name), Guid.NewGuid(), applyParts);
        await bench.Pair.ExecuteOnBothAsync(tables);
        if (rows.Length > 0) await bench.Pair.Source.ExecuteAsync(rows);
        await bench.LoadAsync(during);
        return bench;
    }

    public async Task<Core.Writing.Checkpoint> CheckpointAsync() => (await Target.Ledger.ReadAsync(CancellationToken.None))!.Checkpoint!;

    public void Start(ChangeBatchLimits? limits = null, ISourceEngine? source = null)
    {
        _stop = new CancellationTokenSource();
        Flow = new CdcRunner(source ?? Source, Target, Tables, Fence, limits ?? ChangeBatchLimits.Default, TimeProvider.System, Notices.Add);
        _running = Flow.RunAsync(_stop.Token);
    }

    /// <summary>Stops in the middle of whatever is being done, as a kill does for the two databases.</summary>
    public async Task KillAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
        _running = Task.CompletedTask;
    }

    /// <summary>Returns once everything the source has committed is on the target.</summary>
    public async Task CatchUpAsync()
    {
        var nonce = Guid.NewGuid().ToString("N");
        await Source.Capture.EmitMarkerAsync(nonce, CancellationToken.None);
        var applied = Flow!.WaitForMarkerAsync(nonce, CancellationToken.None);
        if (await Task.WhenAny(applied, _running, Task.Delay(Patience)) == _running) await _running;
        Assert.True(applied.IsCompleted, "the changes were not applied in time");
    }

    /// <summary>Waits until the change apply ends by itself, and returns why.</summary>
    public async Task<OrchestratorException> FailureAsync()
    {
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => _running.WaitAsync(Patience));
        _running = Task.CompletedTask;
        return error;
    }

    public async Task<ChangeBatch> ReadBatchAsync(IChangeReader reader, Func<ChangeBatch, bool> wanted, ChangeBatchLimits? limits = null, SourcePosition? from = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        from ??= (await CheckpointAsync()).Position;
        await foreach (var batch in reader.ReadAsync(from, limits ?? ChangeBatchLimits.Default, limit.Token))
        {
            if (wanted(batch)) return batch;
        }

        throw new InvalidOperationException("the stream ended");
    }

    /// <summary>Rows equal, nothing drifted: by the independent comparison, and by the checkpoint.</summary>
    public async Task AssertEqualAsync()
    {
        await CatchUpAsync();
        await FullCompare.RequireEqualAsync(Pair, SequenceRule.Ignore);
        Assert.Equal(0, (await CheckpointAsync()).Drift);
    }

    public async Task<Lsn> ConfirmedAsync() => Lsn.Parse((await Pair.Source.QueryScalarAsync(
        $"SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '{Slot}'"))!);

    public async ValueTask DisposeAsync()
    {
        if (!_running.IsCompleted) await KillAsync();
        _stop.Dispose();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        await Pair.DisposeAsync();
    }

    private async Task LoadAsync(Func<Task>? during)
    {
        var ct = CancellationToken.None;
        var plan = await Source.Catalog.ReadAsync(TableSelection.All, ct);
        await Target.Ledger.OpenAsync(plan.DatabaseIdentity, Fence, ct);
        await using var snapshot = await Source.Capture.CreateAsync(plan.Tables, ct);
        if (during is not null) await during();
        await Target.Ledger.StartChangesAsync(snapshot.Position, Fence, ct);
        await using var session = await snapshot.OpenSessionAsync(ct);
        await using var writer = Target.OpenBulkWriter();
        foreach (var table in plan.Tables)
        {
            await Target.Ledger.BeginTableAsync(table, snapshot.Position, Fence, ct);
            var chunk = new Chunk(table, 0, 1, new WholeTable());
            await using (var rows = await session.ReadAsync(chunk, ct)) await writer.WriteAsync(chunk, rows, Fence, ct);
            await Target.Ledger.CompleteTableAsync(table.Table, Fence, ct);
        }

        Tables = [.. plan.Tables.Select(t => new FollowedTable(t, snapshot.Position))];
    }
}
