using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Resilience;

namespace Orchestrator.Pipeline.FullLoad;

/// <summary>One copy session of a load that several processes share: claims one chunk after the other. After any transient error it joins anew.</summary>
/// <param name="open">Opens a session in the view of that name.</param>
/// <param name="target">Where the rows go, and where chunks are claimed.</param>
/// <param name="tables">Reads anew how the tables were planned.</param>
/// <param name="name">For people: which process this is.</param>
/// <param name="tries">Further tries without a chunk in between.</param>
/// <param name="time">Clock of waits.</param>
/// <param name="notify">Told what whoever watches should know.</param>
public sealed class LaneRunner(
    Func<string, CancellationToken, Task<ISnapshotSession>> open, ITargetEngine target,
    Func<CancellationToken, Task<IReadOnlyDictionary<TableRef, TableSchema>>> tables, string name, int tries, TimeProvider time, Action<RunNotice> notify)
{
    private long _chunks;
    private long _rows;

    /// <summary>Chunks it copied.</summary>
    public long Chunks => Interlocked.Read(ref _chunks);

    /// <summary>Rows it copied.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Copies until cancelled; a chunk that is not done is free again then.</summary>
    /// <exception cref="OrchestratorException">What cannot be retried, or transient errors through many tries without a chunk.</exception>
    public Task RunAsync(CancellationToken ct) => new Rejoining(CopyAsync, () => Chunks, tries, Describe, time, notify).RunAsync(ct);

    private async Task CopyAsync(CancellationToken ct)
    {
        var planned = await tables(ct);
        await using var lane = target.Share.OpenLane(name);
        await using var view = new OpenView(open);
        while (true)
        {
            var claimed = await lane.NextAsync(planned, ct);
            if (claimed is null) await view.CloseAsync();
            else await CopyAsync(claimed, view, lane, ct);
        }
    }

    private async Task CopyAsync(ClaimedChunk claimed, OpenView view, IChunkLane lane, CancellationToken ct)
    {
        try
        {
            await using var rows = await (await view.InAsync(claimed.View, ct)).ReadAsync(claimed.Chunk, ct);
            CrashPoint.Hit("load:chunk-reading");
            var result = await lane.WriteAsync(claimed, rows, ct);
            CrashPoint.Hit("load:chunk-committed");
            Interlocked.Add(ref _rows, result.Rows);
            Interlocked.Increment(ref _chunks);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw target.Describe(e, $"Copying {claimed.Chunk}").About(claimed.Chunk.Table.Table.ToString());
        }
    }

    private OrchestratorException Describe(Exception error) => target.Describe(error, "Copying a chunk");

    /// <summary>A session in one view, closed while there is nothing to read: it keeps the source from cleaning up.</summary>
    private sealed class OpenView(Func<string, CancellationToken, Task<ISnapshotSession>> open) : IAsyncDisposable
    {
        private ISnapshotSession? _session;
        private string _name = "";

        public async Task<ISnapshotSession> InAsync(string name, CancellationToken ct)
        {
            if (name != _name) await CloseAsync();
            (_session, _name) = (_session ?? await open(name, ct), name);
            return _session;
        }

        public async Task CloseAsync()
        {
            if (_session is null) return;
            await _session.DisposeAsync();
            _session = null;
        }

        public async ValueTask DisposeAsync() => await CloseAsync();
    }
}
