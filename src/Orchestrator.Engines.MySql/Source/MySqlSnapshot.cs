using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Sessions that all see the source at one position. MySQL knows no way to open another one later, so they are opened
/// together and lent out, to one at a time; one that broke is lost.
/// </summary>
internal sealed class MySqlSnapshot(
    BinlogPosition position, IReadOnlyList<MySqlConnection> sessions, TableKeeper keeper, ZeroDateTally zeroDates, RunNotice notice) : ISnapshot
{
    /// <summary>Rows a chunk should have at least, by the source's statistics.</summary>
    private const long ChunkRows = 200_000;

    private readonly Channel<MySqlConnection> _free = Fill(sessions);
    private readonly ConcurrentDictionary<string, Charsets> _charsets = new(StringComparer.Ordinal);
    private int _left = sessions.Count;
    private bool _keeperIsTaken;

    public SourcePosition Position => position;

    public string Name => "";

    public RunNotice? Notice => notice;

    public async Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct) => new MySqlSnapshotSession(await TakeAsync(ct), this, keeper, zeroDates);

    /// <summary>Takes over what keeps tables without transactions as they are: whoever takes it disposes it.</summary>
    public TableKeeper TakeKeeper()
    {
        _keeperIsTaken = true;
        return keeper;
    }

    /// <summary>Takes a session for good: whoever takes it closes it.</summary>
    /// <exception cref="OrchestratorException">Transient <c>E-SNAP-001</c>: all broke.</exception>
    public async Task<MySqlConnection> TakeForGoodAsync(CancellationToken ct)
    {
        var session = await TakeAsync(ct);
        OneLess();
        return session;
    }

    public void GiveBack(MySqlConnection session)
    {
        if (!_free.Writer.TryWrite(session)) session.Dispose();
    }

    /// <summary>The session broke, or was left in the middle of an answer.</summary>
    public void Lose(MySqlConnection session)
    {
        session.Dispose();
        OneLess();
    }

    private async Task<MySqlConnection> TakeAsync(CancellationToken ct)
    {
        try
        {
            return await _free.Reader.ReadAsync(ct);
        }
        catch (ChannelClosedException)
        {
            throw new OrchestratorException(
                ErrorKind.Transient, "E-SNAP-001", "No session of the source's snapshot is left: those that were opened with it broke.",
                "Tables that are not complete are loaded again from a new snapshot.");
        }
    }

    private void OneLess()
    {
        if (Interlocked.Decrement(ref _left) == 0) _free.Writer.TryComplete();
    }

    private static Channel<MySqlConnection> Fill(IReadOnlyList<MySqlConnection> sessions)
    {
        var free = Channel.CreateUnbounded<MySqlConnection>();
        foreach (var session in sessions) free.Writer.TryWrite(session);
        return free;
    }

    /// <summary>A table that was altered, truncated or dropped since cannot be read any more: the server says so when it is tried.</summary>
    public Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct) => Task.FromResult(false);

    /// <summary>
    /// By ranges of the first key column if that is a whole number, evenly from its least to its greatest value: more of them
    /// than workers, because values need not lie evenly.
    /// </summary>
    public async Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct)
    {
        if (workers == 1 || table.EstimatedRows < 2 * ChunkRows || table.Key.Kind == RowKeyKind.FullRow || keeper.Keeps(table.Origin!.Value)) return [new WholeTable()];
        var key = new ColumnPlan(table.Copied[table.Key.Columns[0]]);
        if (!key.Type.IsInteger) return [new WholeTable()];
        var session = await TakeAsync(ct);
        try
        {
            var name = MySqlName.Quote(key.Name);
            var ends = (await session.RowsAsync($"SELECT MIN({name}), MAX({name}) FROM {MySqlName.Quote(table.Origin!.Value)}", ct))[0];
            return ends[0] is null ? [new WholeTable()] : Ranges(decimal.Parse(ends[0]!, CultureInfo.InvariantCulture), decimal.Parse(ends[1]!, CultureInfo.InvariantCulture), table.EstimatedRows, workers);
        }
        finally
        {
            GiveBack(session);
        }
    }

    /// <summary>What the text of these columns is made Unicode by; read once for all tables that need the same.</summary>
    public async Task<Charsets> CharsetsAsync(MySqlConnection connection, IEnumerable<ColumnPlan> plans, CancellationToken ct)
    {
        var sets = plans.Where(p => p.IsDecoded).Select(p => p.Charset).ToHashSet(StringComparer.Ordinal);
        var name = string.Join(' ', sets.Order(StringComparer.Ordinal));
        return _charsets.TryGetValue(name, out var known) ? known : _charsets[name] = await Charsets.ReadAsync(connection, sets, ct);
    }

    public ValueTask DisposeAsync()
    {
        _free.Writer.TryComplete();
        if (!_keeperIsTaken) keeper.Dispose();
        while (_free.Reader.TryRead(out var session)) session.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IReadOnlyList<ChunkRange> Ranges(decimal least, decimal greatest, long rows, int workers)
    {
        var count = Math.Max(workers * 2, rows / ChunkRows);
        var width = Math.Max(Math.Ceiling((greatest - least + 1) / count), 1);
        var ranges = new List<ChunkRange>();
        for (var from = least; from <= greatest; from += width)
            ranges.Add(new KeyRange(from == least ? null : Text(from), from + width > greatest ? null : Text(from + width)));
        return ranges;
    }

    private static string Text(decimal number) => number.ToString("0", CultureInfo.InvariantCulture);
}

/// <summary>One session of the snapshot; goes back when it is in order.</summary>
internal sealed class MySqlSnapshotSession(MySqlConnection connection, MySqlSnapshot snapshot, TableKeeper keeper, ZeroDateTally zeroDates) : ISnapshotSession
{
    private MySqlRowStream? _open;

    public async Task<IRowStream> ReadAsync(Chunk chunk, CancellationToken ct)
    {
        keeper.Require(chunk.Table.Origin!.Value);
        var plans = chunk.Table.Copied.Select(c => new ColumnPlan(c) { Table = chunk.Table.Origin }).ToArray();
        var charsets = plans.Any(p => p.IsDecoded) ? await snapshot.CharsetsAsync(connection, plans, ct) : null;
        var rows = await connection.DoAsync(() => connection.Native.Query(Query(chunk, plans))!, ct);
        return _open = new MySqlRowStream(connection, rows, chunk.Table, plans, zeroDates, charsets) { OnComplete = keeper.Release };
    }

    public ValueTask DisposeAsync()
    {
        if (_open is null or { IsComplete: true }) snapshot.GiveBack(connection);
        else snapshot.Lose(connection);
        return ValueTask.CompletedTask;
    }

    internal static string Query(Chunk chunk, IReadOnlyList<ColumnPlan> plans)
    {
        // Of an engine without transactions: before writers that wait for the lock which keeps the table as it is.
        var select = $"SELECT HIGH_PRIORITY {ValueSql.List(plans)} FROM {MySqlName.Quote(chunk.Table.Origin!.Value)}";
        if (chunk.Range is WholeTable) return select;
        var range = (KeyRange)chunk.Range;
        var key = MySqlName.Quote(plans[chunk.Table.Key.Columns[0]].Name);
        return (range.From, range.To) switch
        {
            (null, { } to) => $"{select} WHERE {key} < {to}",
            ({ } from, null) => $"{select} WHERE {key} >= {from}",
            ({ } from, { } to) => $"{select} WHERE {key} >= {from} AND {key} < {to}",
            _ => select,
        };
    }
}
