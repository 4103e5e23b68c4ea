using System.Collections.Concurrent;
using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Resilience;
using Polly;

namespace Orchestrator.Pipeline.FullLoad;

/// <summary>
/// Copies tables from one snapshot with several workers. A table's indexes and statistics are built as soon as its last
/// chunk is in, while other tables are still copied.
/// </summary>
public sealed class FullLoadRunner(
    ITargetEngine target, FencingToken fence, int workers, TimeProvider time, Action<RunNotice> notify) : IAsyncDisposable
{
    /// <summary>Nobody knows how many other processes will come: chunks are cut for so many times this one's sessions.</summary>
    private const int SharedCut = 4;

    private readonly ConcurrentBag<Task> _finishing = [];
    private readonly CancellationTokenSource _stopFinishing = new();

    /// <summary>Other processes copy too (<see cref="ILoadShare"/>).</summary>
    public bool IsShared { get; init; }

    /// <summary>
    /// Copies the tables and records them complete; the snapshot is not needed afterwards. Each is emptied first; a table
    /// that is complete in the ledger is not to be given.
    /// </summary>
    /// <exception cref="Core.Errors.OrchestratorException">What could not be moved, with the table; the others' committed work stays.</exception>
    public async Task CopyAsync(ISnapshot snapshot, IReadOnlyList<TableSchema> tables, LoadProgress progress, CancellationToken ct)
    {
        // What others still copy of an earlier view must not be committed after its table was emptied.
        if (IsShared) await target.Share.WithdrawAsync(fence, ct);
        foreach (var table in tables) await target.Ledger.BeginTableAsync(table, snapshot.Position, fence, ct);
        CrashPoint.Hit("load:tables-begun");
        var chunks = new List<Chunk>();
        foreach (var table in tables)
        {
            var ranges = await snapshot.SplitAsync(table, IsShared ? workers * SharedCut : workers, ct);
            // The open-ended one first: nobody knows how long it takes.
            for (var i = ranges.Count - 1; i >= 0; i--) chunks.Add(new Chunk(table, i, ranges.Count, ranges[i]));
        }

        // Not linked to what stops the workers: indexes are built on when this call has returned.
        await using var stopFinishing = ct.Register(_stopFinishing.Cancel);
        if (IsShared) await new SharedLoad(target, fence, workers, time, notify).CopyAsync(snapshot, chunks, progress, table => CompleteAsync(snapshot, table, progress, ct), ct);
        else await CopyAloneAsync(snapshot, chunks, progress, ct);
    }

    /// <summary>Waits for the indexes and statistics of the tables that were copied.</summary>
    public async Task FinishAsync(CancellationToken ct)
    {
        await using var stopFinishing = ct.Register(_stopFinishing.Cancel);
        await AllAsync([.. _finishing]);
    }

    /// <summary>Stops what still builds indexes and waits for its end: whoever tries again would build the same ones.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopFinishing.CancelAsync();
        await Task.WhenAll(_finishing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopFinishing.Dispose();
    }

    /// <summary>Indexes, their constraints and statistics of a table whose rows are in.</summary>
    public async Task FinishTableAsync(TableSchema table, LoadProgress progress, CancellationToken ct)
    {
        progress.Set(table.Table, TableActivity.Indexing);
        await target.Schema.CreateIndexesAsync(table, ct);
        await target.Schema.AnalyzeAsync(table, ct);
        progress.Set(table.Table, TableActivity.Done);
    }

    private async Task CopyAloneAsync(ISnapshot snapshot, List<Chunk> chunks, LoadProgress progress, CancellationToken ct)
    {
        var queue = new ConcurrentQueue<Chunk>(chunks);
        var left = new ConcurrentDictionary<TableRef, int>(
            queue.GroupBy(c => c.Table.Table).Select(g => KeyValuePair.Create(g.Key, g.Count())));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = Enumerable.Range(0, Math.Min(workers, queue.Count))
            .Select(_ => StopOthersOnErrorAsync(() => WorkAsync(snapshot, queue, left, progress, stop.Token), stop)).ToList();
        await AllAsync(work);
    }

    /// <summary>All rows of a table are in.</summary>
    private async Task CompleteAsync(ISnapshot snapshot, TableSchema table, LoadProgress progress, CancellationToken ct)
    {
        if (await snapshot.IsRewrittenAsync(table, ct)) throw Rewritten(table.Table);
        await target.Ledger.CompleteTableAsync(table.Table, fence, ct);
        CrashPoint.Hit("load:table-complete");
        _finishing.Add(FinishTableAsync(table, progress, _stopFinishing.Token));
    }

    private async Task WorkAsync(
        ISnapshot snapshot, ConcurrentQueue<Chunk> queue, ConcurrentDictionary<TableRef, int> left, LoadProgress progress, CancellationToken ct)
    {
        await using var session = new ReopeningSession(snapshot);
        await using var writer = target.OpenBulkWriter();
        while (queue.TryDequeue(out var chunk))
        {
            ct.ThrowIfCancellationRequested();
            progress.Set(chunk.Table.Table, TableActivity.Copying);
            await LoadAsync(chunk, session, writer, left, progress, ct);
            if (left.AddOrUpdate(chunk.Table.Table, 0, (_, n) => n - 1) == 0) await CompleteAsync(snapshot, chunk.Table, progress, ct);
        }
    }

    private static OrchestratorException Rewritten(TableRef table) => new OrchestratorException(
        ErrorKind.Transient, "E-SNAP-003",
        $"{table} was truncated or rewritten (TRUNCATE, CLUSTER, VACUUM FULL, ALTER TABLE) while it was to be copied: the snapshot does not show its rows any more.",
        "It is loaded again from a new snapshot; leave the table alone until it is copied.").About(table.ToString());

    private async Task LoadAsync(
        Chunk chunk, ReopeningSession session, IBulkWriter writer, ConcurrentDictionary<TableRef, int> left, LoadProgress progress, CancellationToken ct)
    {
        try
        {
            var rows = await CopyChunkAsync(chunk, session, writer, progress, ct);
            progress.Committed(chunk, rows, chunk.Of - left[chunk.Table.Table] + 1);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw target.Describe(e, $"Copying {chunk}").About(chunk.Table.Table.ToString());
        }
    }

    private async Task<long> CopyChunkAsync(
        Chunk chunk, ReopeningSession session, IBulkWriter writer, LoadProgress progress, CancellationToken ct)
    {
        return await RetriesOf(chunk, progress).ExecuteAsync(async token =>
        {
            try
            {
                await using var stream = await (await session.OpenAsync(token)).ReadAsync(chunk, token);
                CrashPoint.Hit("load:chunk-reading");
                var result = await writer.WriteAsync(chunk, stream, fence, token);
                CrashPoint.Hit("load:chunk-committed");
                return result.Rows;
            }
            catch
            {
                await session.CloseAsync();
                throw;
            }
        }, ct);
    }

    private ResiliencePipeline RetriesOf(Chunk chunk, LoadProgress progress) => Retries.Transient(
        5, TimeSpan.FromSeconds(15), e => target.Describe(e, chunk.ToString()).Kind, time,
        (e, next, pause) =>
        {
            var error = target.Describe(e, $"Copying {chunk}");
            progress.Set(chunk.Table.Table, TableActivity.Retrying, $"{error.Code}, again in {pause.TotalSeconds:0} s", next);
            notify(new RunNotice(
                NoticeLevel.Warning, "chunk retried",
                new("table", chunk.Table.Table.ToString()), new("chunk", $"{chunk.Number}"), new("code", error.Code), new("retry", $"{next - 1}/5")));
        });

    private static async Task StopOthersOnErrorAsync(Func<Task> work, CancellationTokenSource stop)
    {
        try
        {
            await work();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Waits for all, then throws the first error that is not the echo of another's cancellation.</summary>
    private static async Task AllAsync(List<Task> tasks)
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException)
        {
            var cause = tasks.Where(t => t.IsFaulted).SelectMany(t => t.Exception!.InnerExceptions).FirstOrDefault(e => e is not OperationCanceledException);
            if (cause is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>A snapshot session that is opened when needed and again after an error.</summary>
    private sealed class ReopeningSession(ISnapshot snapshot) : IAsyncDisposable
    {
        private ISnapshotSession? _session;

        public async Task<ISnapshotSession> OpenAsync(CancellationToken ct) => _session ??= await snapshot.OpenSessionAsync(ct);

        public async Task CloseAsync()
        {
            if (_session is null) return;
            await _session.DisposeAsync();
            _session = null;
        }

        public async ValueTask DisposeAsync() => await CloseAsync();
    }
}
