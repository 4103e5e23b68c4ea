using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>Pumps COPY bytes into the target; rows and done-mark commit together.</summary>
public sealed class PgBulkWriter(PgSession session, string run) : IBulkWriter
{
    private const int BufferBytes = 128 * 1024;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private NpgsqlConnection? _connection;

    public Task<ChunkResult> WriteAsync(Chunk chunk, IRowStream rows, FencingToken fence, CancellationToken ct) => WriteAsync(chunk, rows, fence, (_, _) => Task.CompletedTask, ct);

    /// <param name="chunk">Which rows.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="fence">The run's token.</param>
    /// <param name="alsoMark">Done in the same transaction, last; an error takes everything back.</param>
    /// <param name="ct">Stops; nothing is committed then, or all.</param>
    internal async Task<ChunkResult> WriteAsync(
        Chunk chunk, IRowStream rows, FencingToken fence, Func<NpgsqlConnection, CancellationToken, Task> alsoMark, CancellationToken ct)
    {
        await ConnectAsync(ct);
        try
        {
            await using var transaction = await _connection!.BeginTransactionAsync(ct);
            if (await DoneBeforeAsync(chunk, ct) is { } done) return done;
            var frozen = chunk.Of == 1 && await EmptyForFreezeAsync(chunk.Table.Table, ct);
            var result = await PumpAsync(chunk.Table, rows, frozen, ct);
            await MarkDoneAsync(chunk, result, fence, ct);
            await alsoMark(_connection!, ct);
            await transaction.CommitAsync(ct);
            return result;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The session that writes.</summary>
    internal async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct) => _connection ??= await session.OpenReplicaRoleAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        await _connection.DisposeAsync();
        _connection = null;
    }

    /// <summary>
    /// An earlier try whose COMMIT got no answer holds the same lock until it is decided; only then can the mark be believed.
    /// </summary>
    private async Task<ChunkResult?> DoneBeforeAsync(Chunk chunk, CancellationToken ct)
    {
        await _connection!.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", ct, $"orchestrator {run} {chunk.Table.Table} {chunk.Number}");
        var marks = await _connection!.ListAsync(
            "SELECT row_count, byte_count FROM orchestrator.done_mark WHERE run = $1 AND schema_name = $2 AND table_name = $3 AND chunk = $4",
            r => new ChunkResult(r.GetInt64(0), r.GetInt64(1)), ct, run, chunk.Table.Table.Schema, chunk.Table.Table.Name, chunk.Number);
        return marks.Count == 0 ? null : marks[0];
    }

    /// <summary>
    /// COPY FREEZE saves the later vacuum and hint-bit writes but needs a table emptied in the same transaction; a table
    /// that foreign keys point at (an adopted schema) cannot be truncated and is loaded plainly.
    /// </summary>
    private async Task<bool> EmptyForFreezeAsync(TableRef table, CancellationToken ct)
    {
        var name = PgName.Quote(table);
        var allowed = await _connection!.ScalarAsync<bool>(
            "SELECT NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = $1::regclass)", ct, name);
        if (allowed) await _connection!.RunAsync($"TRUNCATE ONLY {name}", ct);
        return allowed;
    }

    private async Task<ChunkResult> PumpAsync(TableSchema table, IRowStream rows, bool frozen, CancellationToken ct)
    {
        await using var copy = await OpenCopyAsync(table, rows.Format, frozen, ct);
        ChunkResult result;
        try
        {
            // A thread of its own: both ends block, and threads of the pool are few.
            result = await Task.Factory.StartNew(() => Pump(rows, copy.Stream, ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }

        await copy.CompleteAsync();
        return result;
    }

    private ChunkResult Pump(IRowStream rows, Stream copy, CancellationToken ct)
    {
        using var abort = PgSocketWatch.AbortOn(_connection!, ct);
        var counter = new CopyRowCounter(rows.Format);
        var bytes = 0L;
        try
        {
            for (int read; (read = rows.Read(_buffer, ct)) > 0; bytes += read)
            {
                counter.Pass(_buffer.AsSpan(0, read));
                copy.Write(_buffer, 0, read);
            }
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }

        return new ChunkResult(counter.Rows, bytes);
    }

    private async Task<CopyIn> OpenCopyAsync(TableSchema table, RowFormat format, bool frozen, CancellationToken ct)
    {
        var columns = table.Copied.Count == 0 ? "" : $" ({PgName.Columns(table.Copied)})";
        var options = (format, frozen) switch
        {
            (RowFormat.Binary, true) => " (FORMAT binary, FREEZE)",
            (RowFormat.Binary, false) => " (FORMAT binary)",
            (_, true) => " (FREEZE)",
            _ => "",
        };
        var sql = $"COPY {PgName.Quote(table.Table)}{columns} FROM STDIN{options}";
        if (format == RowFormat.Binary) return new CopyIn(await _connection!.BeginRawBinaryCopyAsync(sql, ct), null);
        var writer = (NpgsqlCopyTextWriter)await _connection!.BeginTextImportAsync(sql, ct);
        return new CopyIn((NpgsqlRawCopyStream)writer.BaseStream, writer);
    }

    private async Task MarkDoneAsync(Chunk chunk, ChunkResult result, FencingToken fence, CancellationToken ct)
    {
        if (await _connection!.ScalarAsync<int>(PgTargetLedger.FenceSql, ct, run, fence.Value) != 1) throw PgTargetLedger.Fenced(run);
        await _connection!.RunAsync(
            "INSERT INTO orchestrator.done_mark (run, schema_name, table_name, chunk, row_count, byte_count) VALUES ($1, $2, $3, $4, $5, $6)",
            ct, run, chunk.Table.Table.Schema, chunk.Table.Table.Name, chunk.Number, result.Rows, result.Bytes);
    }

    /// <summary>A running COPY FROM. Npgsql ends it on dispose, successfully unless it was cancelled before.</summary>
    private sealed class CopyIn(NpgsqlRawCopyStream stream, NpgsqlCopyTextWriter? text) : IAsyncDisposable
    {
        private bool _ended;

        public NpgsqlRawCopyStream Stream => stream;

        public async Task CompleteAsync()
        {
            _ended = true;
            if (text is null) await stream.DisposeAsync();
            else await text.DisposeAsync();
        }

        public async Task CancelAsync()
        {
            _ended = true;
            try
            {
                await stream.CancelAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or NpgsqlException or IOException)
            {
                // The connection broke and took the COPY with it: the error that broke it is the one to be told.
            }
        }

        public ValueTask DisposeAsync() => _ended ? ValueTask.CompletedTask : new ValueTask(CancelAsync());
    }
}
