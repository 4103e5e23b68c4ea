using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Core.Writing;

namespace Orchestrator.Core.Tests.FullLoad;

/// <summary>A target, and a snapshot, whose rows are in at once and whose indexes are never built. Table <c>m.bad</c> cannot be written.</summary>
internal sealed class EndlessIndexes : ITargetEngine, ITargetLedger, ISchemaMover, IBulkWriter, ISnapshot, ISnapshotSession, IRowStream
{
    private int _building;

    /// <summary>Indexes being built now.</summary>
    public int Building => _building;

    public ITargetLedger Ledger => this;

    public ISchemaMover Schema => this;

    public ISourceCatalog Catalog => throw new NotSupportedException();

    public ITargetFence Fence => throw new NotSupportedException();

    public ISequenceWriter Sequences => throw new NotSupportedException();

    public IRoleGranter Roles => throw new NotSupportedException();

    public IDigestReader Digests => throw new NotSupportedException();

    public ILoadShare Share => throw new NotSupportedException();

    public SourcePosition Position => new LsnPosition(new Lsn(1));

    public string Name => "memory";

    public RowFormat Format => RowFormat.Text;

    public static TableSchema Table(string name) => new()
    {
        Table = new TableRef("m", name), SourceId = 1, Columns = [], Key = new RowKey(RowKeyKind.None, []), Pages = 1, EstimatedRows = 1, Bytes = 1,
    };

    public IBulkWriter OpenBulkWriter() => this;

    public IChangeWriter OpenChangeWriter() => throw new NotSupportedException();

    public IPartWriter OpenPartWriter(string worker) => throw new NotSupportedException();

    public OrchestratorException Describe(Exception error, string doing) => new(ErrorKind.Data, "E-TEST-001", doing);

    public Task BeginTableAsync(TableSchema table, SourcePosition snapshot, FencingToken fence, CancellationToken ct) => Task.CompletedTask;

    public Task CompleteTableAsync(TableRef table, FencingToken fence, CancellationToken ct) => Task.CompletedTask;

    public async Task<ChunkResult> WriteAsync(Chunk chunk, IRowStream rows, FencingToken fence, CancellationToken ct)
    {
        if (chunk.Table.Table.Name != "bad") return new ChunkResult(1, 1);
        while (Building == 0) await Task.Delay(1, ct);
        throw new InvalidOperationException("cannot be written");
    }

    public async Task CreateIndexesAsync(TableSchema table, CancellationToken ct)
    {
        Interlocked.Increment(ref _building);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _building);
        }
    }

    public Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ChunkRange>>([new WholeTable()]);

    public Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct) => Task.FromResult(false);

    public Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct) => Task.FromResult<ISnapshotSession>(this);

    public Task<IRowStream> ReadAsync(Chunk chunk, CancellationToken ct) => Task.FromResult<IRowStream>(this);

    public int Read(Span<byte> buffer, CancellationToken ct) => 0;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    Task ITargetLedger.OpenAsync(string sourceIdentity, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task<LedgerState?> ITargetLedger.ReadAsync(CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.AdoptTablesAsync(IReadOnlyList<TableSchema> tables, SourcePosition position, FencingToken fence, CancellationToken ct) =>
        throw new NotSupportedException();

    Task ITargetLedger.StartChangesAsync(SourcePosition position, FencingToken fence, CancellationToken ct) => throw new NotSupportedException();

    Task ITargetLedger.DropAsync(CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.CreatePreDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.CreatePostDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.AnalyzeAsync(TableSchema table, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.EnableTriggersAsync(CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.DisableTriggersAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    Task ISchemaMover.DropCreatedAsync(CancellationToken ct) => throw new NotSupportedException();

    void ISchemaMover.DeleteDump() => throw new NotSupportedException();
}
