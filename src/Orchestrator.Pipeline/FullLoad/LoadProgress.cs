using System.Collections.Concurrent;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Pipeline.FullLoad;

/// <summary>How far every table's load is; written by the workers, read by whoever reports.</summary>
public sealed class LoadProgress(IReadOnlyList<TableSchema> tables)
{
    private readonly ConcurrentDictionary<TableRef, TableProgress> _tables = new(tables.Select(t =>
        KeyValuePair.Create(t.Table, new TableProgress(t.Table, TableActivity.Waiting, 0, t.EstimatedRows < 0 ? null : t.EstimatedRows, 0, t.Bytes))));

    /// <summary>Largest first, as planned.</summary>
    public IReadOnlyList<TableProgress> Tables => [.. tables.Select(t => _tables[t.Table])];

    public void Set(TableRef table, TableActivity activity, string note = "", int attempt = 0) =>
        Change(table, p => p with { Activity = activity, Note = note, Attempt = attempt });

    /// <summary>A chunk is committed; bytes are counted as the share of the table's size on disk, so that they end at what was planned.</summary>
    public void Committed(Chunk chunk, long rows, int chunksDone) => Change(chunk.Table.Table, p => p with
    {
        RowsDone = p.RowsDone + rows,
        BytesDone = chunk.Table.Bytes * chunksDone / chunk.Of,
        Note = chunk.Of == 1 ? "" : $"chunk {chunksDone}/{chunk.Of}",
    });

    /// <summary>What all processes have done of a table that several copy.</summary>
    public void Seen(TableSchema table, TableTally tally) => Change(table.Table, p => p with
    {
        Activity = tally.Done + tally.Claimed > 0 ? TableActivity.Copying : TableActivity.Waiting,
        RowsDone = tally.Rows,
        BytesDone = table.Bytes * tally.Done / tally.Chunks,
        Note = tally.Chunks == 1 ? "" : $"chunk {tally.Done}/{tally.Chunks}",
    });

    /// <summary>The table was loaded before this process started.</summary>
    public void LoadedBefore(TableSchema table, long rows) =>
        Change(table.Table, p => p with { Activity = TableActivity.Indexing, RowsDone = rows, BytesDone = table.Bytes });

    private void Change(TableRef table, Func<TableProgress, TableProgress> change) =>
        _tables.AddOrUpdate(table, t => throw new KeyNotFoundException(t.ToString()), (_, p) => change(p));
}
