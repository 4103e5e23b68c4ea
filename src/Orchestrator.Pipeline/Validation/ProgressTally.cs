using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>Adds up what the tables report.</summary>
public sealed class ProgressTally(IReadOnlyList<TableSchema> tables, IProgress<ValidationProgress>? progress)
{
    private readonly Lock _lock = new();
    private readonly long _bytes = tables.Sum(t => t.Bytes);
    private int _tablesDone;
    private long _rows;
    private long _bytesDone;

    /// <summary>Where a table's rows are reported to; null if nobody listens.</summary>
    public IProgress<long>? For(TableSchema table) => progress is null ? null : new TableRows(this, table);

    public void Finish(TableSchema table) => Add(table, 1, 0, table.Bytes);

    private void Add(TableSchema table, int tablesDone, long rows, long bytes)
    {
        if (progress is null) return;
        // Reported under the lock so that nobody sees the figures go back.
        lock (_lock)
        {
            _tablesDone += tablesDone;
            _rows += rows;
            _bytesDone += bytes;
            progress.Report(new ValidationProgress(_tablesDone, tables.Count, _rows, _bytesDone, _bytes, table.Table));
        }
    }

    private sealed class TableRows(ProgressTally tally, TableSchema table) : IProgress<long>
    {
        public void Report(long value) => tally.Add(table, 0, value, 0);
    }
}
