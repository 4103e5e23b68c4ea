using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>A view of the files that several sessions read. What is written meanwhile ends the run: nothing could follow it.</summary>
/// <param name="view">The moment.</param>
/// <param name="rejects">Rows that are left out.</param>
/// <param name="rejected">How many of which table; null: none were allowed.</param>
internal sealed class SqliteSnapshot(SqliteView view, RejectSet rejects, RejectedRows? rejected) : ISnapshot
{
    /// <summary>Rows a chunk should have at least.</summary>
    private const long ChunkRows = 200_000;

    public SourcePosition Position { get; } = new NoPosition();

    public string Name => "";

    public RejectedRows? Rejected => rejected;

    public Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct) => Task.FromResult<ISnapshotSession>(new SqliteSnapshotSession(view, rejects));

    /// <summary>Asked when a table is complete: a write by then is one too many.</summary>
    public Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct)
    {
        view.RequireUnchanged(table.Origin!.Value.Schema);
        return Task.FromResult(false);
    }

    /// <summary>By ranges of the row number, evenly from the least to the greatest, where there is one.</summary>
    public Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct)
    {
        IReadOnlyList<ChunkRange> whole = [new WholeTable()];
        if (workers == 1 || table.EstimatedRows < 2 * ChunkRows) return Task.FromResult(whole);
        using var database = view.Open(table.Origin!.Value.Schema);
        if (RowidOf(database, table) is not { } rowid) return Task.FromResult(whole);
        var key = SqliteName.Quote(rowid);
        var ends = database.Rows($"SELECT min({key}), max({key}) FROM main.{SqliteName.Quote(table.Origin.Value.Name)}")[0];
        return Task.FromResult(ends[0] is null ? whole : Ranges(decimal.Parse(ends[0]!, CultureInfo.InvariantCulture), decimal.Parse(ends[1]!, CultureInfo.InvariantCulture), table.EstimatedRows, workers));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A name of the row number; null: there is none.</summary>
    public static string? RowidOf(SqliteDatabase database, TableSchema table)
    {
        var hasRowid = database.Rows($"SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = {SqliteName.Literal(table.Origin!.Value.Name)}")[0][0] == "0";
        return hasRowid ? RowCursor.RowidNameBeside(table.Columns.Select(c => c.Origin!.Name)) : null;
    }

    private static IReadOnlyList<ChunkRange> Ranges(decimal least, decimal greatest, long rows, int workers)
    {
        var count = Math.Max(workers * 2, rows / (4 * ChunkRows));
        var width = Math.Max(Math.Ceiling((greatest - least + 1) / count), 1);
        var ranges = new List<ChunkRange>();
        for (var from = least; from <= greatest; from += width)
            ranges.Add(new KeyRange(from == least ? null : Text(from), from + width > greatest ? null : Text(from + width)));
        return ranges;
    }

    private static string Text(decimal number) => number.ToString("0", CultureInfo.InvariantCulture);
}

/// <summary>One session of the snapshot: a connection per file, opened when it is needed.</summary>
internal sealed class SqliteSnapshotSession(SqliteView view, RejectSet rejects) : ISnapshotSession
{
    private readonly Dictionary<string, SqliteDatabase> _open = new(StringComparer.Ordinal);

    public Task<IRowStream> ReadAsync(Chunk chunk, CancellationToken ct)
    {
        var label = chunk.Table.Origin!.Value.Schema;
        var database = _open.TryGetValue(label, out var known) ? known : _open[label] = view.Open(label);
        var plans = chunk.Table.Copied.Select(c => new ColumnPlan(c)).ToArray();
        return Task.FromResult<IRowStream>(new SqliteRowStream(chunk.Table, plans, RowsOf(database, chunk.Table, plans, Where(database, chunk)), rejects));
    }

    public ValueTask DisposeAsync()
    {
        foreach (var database in _open.Values) database.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads a table's rows, with the row number where there is one.</summary>
    public static RowCursor RowsOf(SqliteDatabase database, TableSchema table, IReadOnlyList<ColumnPlan> plans, string where)
    {
        return new RowCursor(database, table.Origin!.Value.Name, SqliteSnapshot.RowidOf(database, table), plans.Select(p => p.Name), where);
    }

    private static string Where(SqliteDatabase database, Chunk chunk)
    {
        if (chunk.Range is not KeyRange range) return "";
        var key = SqliteName.Quote(SqliteSnapshot.RowidOf(database, chunk.Table)!);
        return (range.From, range.To) switch
        {
            (null, { } to) => $"WHERE {key} < {to}",
            ({ } from, null) => $"WHERE {key} >= {from}",
            ({ } from, { } to) => $"WHERE {key} >= {from} AND {key} < {to}",
            _ => "",
        };
    }
}
