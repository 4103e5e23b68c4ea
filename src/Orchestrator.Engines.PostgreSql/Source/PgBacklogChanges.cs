using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Catches up by <c>COPY (SELECT ... pg_logical_slot_get_binary_changes ...)</c>, several times faster than the walsender
/// (FACTS 1). It consumes a temporary copy of the slot and so reads ahead of what is applied; the slot itself follows
/// what was acknowledged, and the copy goes with its session.
/// </summary>
internal sealed class PgBacklogChanges(PgSession session, string slot, IReadOnlyList<TableSchema> tables, PgOutputDecoder decoder)
{
    /// <summary>Backlog above which this pays: a piece costs round trips and decoding from the restart point.</summary>
    public const ulong WorthBytes = 4UL << 20;

    /// <summary>
    /// Messages of the first piece, and the most in one. The server hands out a piece when it is complete: the first is
    /// small so that applying begins soon; below some 300,000 the cost of decoding from the restart point shows (FACTS 1).
    /// </summary>
    private const int FirstPiece = 50_000, LargestPiece = 400_000;

    /// <summary>The slot is moved when this much log is applied: moving it decodes the log once more.</summary>
    private const ulong AdvanceBytes = 256UL << 20;

    private const int CopyHeaderBytes = 19;
    private readonly Lock _gate = new();
    private Lsn _applied;

    public void Acknowledge(Lsn applied)
    {
        lock (_gate) _applied = applied;
    }

    /// <summary>
    /// The changes from <paramref name="from"/> on until little is left. Ends early when there is no room for another
    /// slot or the piece, and after a huge transaction, because the server keeps a piece in full before it sends it.
    /// </summary>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(Lsn from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await session.OpenAsync(ct);
        if (await CopySlotAsync(connection, ct) is not { } copy) yield break;
        await connection.RunAsync("SET work_mem = '64MB'", ct);
        decoder.SkipBefore = from;
        var (end, advanced) = (from, from);
        for (var size = FirstPiece; ; size = Math.Min(size * 2, LargestPiece))
        {
            var upTo = Lsn.Parse((await connection.ScalarAsync<string>("SELECT pg_current_wal_flush_lsn()::text", ct))!);
            if (upTo.Value - Math.Min(end.Value, upTo.Value) <= WorthBytes) yield break;
            var piece = new Piece(connection, copy, upTo, size);
            await using var batches = BatchesAsync(piece, end, limits, ct).GetAsyncEnumerator(ct);
            while (await NextAsync(batches, piece))
            {
                end = ((LsnPosition)batches.Current.End).Lsn;
                yield return batches.Current;
            }

            if (piece.IsTooLarge || piece.Messages > 2 * size) yield break;
            advanced = await AdvanceAsync(connection, advanced, ct);
        }
    }

    private sealed record Piece(NpgsqlConnection Connection, string Slot, Lsn UpTo, int Size)
    {
        public int Messages { get; set; }

        public bool IsTooLarge { get; set; }
    }

    /// <summary>A piece that the server may not keep (<c>temp_file_limit</c>) is left to the stream, which keeps nothing of the kind.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<ChangeBatch> batches, Piece piece)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ConfigurationLimitExceeded && piece.Messages == 0)
        {
            piece.IsTooLarge = true;
            return false;
        }
    }

    /// <returns>The copy's name; null if the server has no room for another slot.</returns>
    private async Task<string?> CopySlotAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            return await connection.ScalarAsync<string>(
                $"SELECT slot_name::text FROM pg_copy_logical_replication_slot({PgName.Literal(slot)}, {PgName.Literal(slot + "_")} || pg_backend_pid(), true)", ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ConfigurationLimitExceeded)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ChangeBatch> BatchesAsync(Piece piece, Lsn end, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        var options = $"'proto_version', '1', 'publication_names', {PgName.Literal(slot)}, 'messages', 'true'";
        var get = $"SELECT data FROM pg_logical_slot_get_binary_changes({PgName.Literal(piece.Slot)}, {PgName.Literal(piece.UpTo.ToString())}, {piece.Size}, {options})";
        await using var copy = await PgRowStream.OpenAsync(piece.Connection, $"({get})", RowFormat.Binary, ct);
        var batch = new ChangeBatchBuilder(tables);
        await foreach (var message in MessagesAsync(copy, ct))
        {
            piece.Messages++;
            decoder.Feed(message.Span, batch);
            end = Lsn.Max(end, decoder.LastEnd);
            if (decoder.Stopped is { } stopped)
            {
                if (batch.TransactionCount > 0) yield return Close(batch, end);
                throw stopped;
            }

            if (batch.ChangeCount < limits.MaxChanges && batch.ByteCount < limits.MaxBytes) continue;
            if (decoder.InTransaction && batch.TransactionCount > 0 && batch.ByteCount < 2 * limits.MaxBytes) continue;
            yield return Close(batch, end);
            batch = new ChangeBatchBuilder(tables);
        }

        // Fewer messages than asked for: the log has nothing more before upTo, so that is where we stand.
        if (piece.Messages < piece.Size) end = Lsn.Max(end, piece.UpTo);
        yield return batch.Build(new LsnPosition(end), endsTransaction: true);
    }

    /// <summary>Lets the source forget what is applied.</summary>
    private async Task<Lsn> AdvanceAsync(NpgsqlConnection connection, Lsn advanced, CancellationToken ct)
    {
        Lsn applied;
        lock (_gate) applied = _applied;
        if (applied.Value < advanced.Value + AdvanceBytes) return advanced;
        await connection.RunAsync($"SELECT pg_replication_slot_advance({PgName.Literal(slot)}, {PgName.Literal(applied.ToString())})", ct);
        return applied;
    }

    private ChangeBatch Close(ChangeBatchBuilder batch, Lsn end)
    {
        if (decoder.InTransaction) batch.EndTransaction(decoder.Open);
        return batch.Build(new LsnPosition(end), endsTransaction: !decoder.InTransaction);
    }

    /// <summary>Cuts COPY binary rows of one bytea column; a message is valid until the next is asked for.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> MessagesAsync(PgRowStream copy, [EnumeratorCancellation] CancellationToken ct)
    {
        var buffer = new byte[256 * 1024];
        var (start, end, first) = (0, 0, true);
        while (true)
        {
            if (start > 0) (start, end) = Compact(buffer, start, end);
            if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = await copy.ReadAsync(buffer.AsMemory(end), ct);
            if (read == 0) yield break;
            end += read;
            if (first && end < CopyHeaderBytes) continue;
            if (first) (start, first) = (CopyHeaderBytes, false);
            while (TryRow(buffer.AsMemory(start, end - start), out var message, out var size))
            {
                start += size;
                yield return message;
            }
        }
    }

    private static (int Start, int End) Compact(byte[] buffer, int start, int end)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        return (0, end - start);
    }

    private static bool TryRow(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> message, out int size)
    {
        (message, size) = (default, 0);
        if (bytes.Length < 6) return false; // also the trailer, whose column count is -1
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.Span[2..]);
        if (bytes.Length < 6 + length) return false;
        (message, size) = (bytes.Slice(6, length), 6 + length);
        return true;
    }
}
