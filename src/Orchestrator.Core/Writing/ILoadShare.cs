using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Core.Writing;

/// <summary>A chunk that one lane copies, and nobody else as long as the lane lives.</summary>
/// <param name="View">Name of the source's view it is read in, see <see cref="ISnapshot.Name"/>.</param>
/// <param name="Number">Its place among the chunks that are offered.</param>
/// <param name="Chunk">Which rows.</param>
/// <param name="Fence">The token of the process that offered it.</param>
public sealed record ClaimedChunk(string View, int Number, Chunk Chunk, FencingToken Fence);

/// <summary>How far a table is that several processes copy.</summary>
/// <param name="Table">The table.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Done">Those that are in.</param>
/// <param name="Claimed">Those that are being copied.</param>
/// <param name="Rows">Rows that are in.</param>
public sealed record TableTally(TableRef Table, int Chunks, int Done, int Claimed, long Rows);

/// <summary>
/// Chunks of one view of the source that any number of processes copy. The process that drives the run offers them and says when a
/// table is complete; who copies which is decided on the target, in the transactions that write the rows.
/// </summary>
public interface ILoadShare
{
    /// <summary>Offers chunks; nothing may be offered yet.</summary>
    Task OfferAsync(string view, IReadOnlyList<Chunk> chunks, FencingToken fence, CancellationToken ct);

    /// <summary>Every table of the offer; empty: nothing is offered.</summary>
    Task<IReadOnlyList<TableTally>> TallyAsync(CancellationToken ct);

    /// <summary>
    /// Takes back what is offered, if anything is: when this returns no chunk of it can be committed any more. Lanes that still copy
    /// are ended, those of paused processes too; our own have to be disposed before.
    /// </summary>
    Task WithdrawAsync(FencingToken fence, CancellationToken ct);

    /// <summary>One per copy session.</summary>
    /// <param name="worker">For people: which process it is.</param>
    IChunkLane OpenLane(string worker);
}

/// <summary>
/// One copy session of a load that several processes share; not for concurrent use. It lives by a lease, renewed by itself: of one that
/// is silent too long, others take the chunk. Joins with its first call, leaves when disposed; after an error it is to be disposed.
/// </summary>
public interface IChunkLane : IAsyncDisposable
{
    /// <summary>Claims the next chunk.</summary>
    /// <param name="tables">The tables as they were planned.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>Null: none is free for a second now.</returns>
    /// <exception cref="Errors.OrchestratorException">Transient <c>E-CDC-002</c>: the lease ran out. Transient <c>E-SHARE-002</c>: the tables are planned otherwise by now.</exception>
    Task<ClaimedChunk?> NextAsync(IReadOnlyDictionary<TableRef, TableSchema> tables, CancellationToken ct);

    /// <summary>Writes the rows and that the chunk is done, in one transaction.</summary>
    /// <exception cref="Errors.OrchestratorException">Transient <c>E-SHARE-001</c>: the chunk is no longer this lane's; nothing is written.</exception>
    Task<ChunkResult> WriteAsync(ClaimedChunk claimed, IRowStream rows, CancellationToken ct);
}
