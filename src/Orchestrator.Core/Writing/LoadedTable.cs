namespace Orchestrator.Core.Writing;

/// <summary>A chunk that is in, by the target's own word.</summary>
/// <param name="Number">From 0, in the order of the table's pages or keys.</param>
/// <param name="Rows">Rows of it.</param>
/// <param name="Bytes">Bytes of it as they travelled.</param>
/// <param name="DoneAt">When it was committed, by the target's clock.</param>
public sealed record LoadedChunk(int Number, long Rows, long Bytes, DateTimeOffset DoneAt);

/// <summary>A table's load with some of its chunks, by the target's own word.</summary>
/// <param name="SnapshotPosition">Its rows are those of this position of the source's log.</param>
/// <param name="Complete">All chunks are in.</param>
/// <param name="ChunksDone">How many are in.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Bytes of them as they travelled.</param>
/// <param name="Chunks">Some of those that are in, by number.</param>
public sealed record LoadedTable(string SnapshotPosition, bool Complete, long ChunksDone, long Rows, long Bytes, IReadOnlyList<LoadedChunk> Chunks);
