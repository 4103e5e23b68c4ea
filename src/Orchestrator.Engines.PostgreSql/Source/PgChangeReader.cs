using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Reads a run's changes: a backlog by SQL, then the walsender's stream. Both hand the same messages to the same decoder.
/// </summary>
internal sealed class PgChangeReader : IChangeReader
{
    /// <summary>How often the publication is compared with what was created while changes flow.</summary>
    private static readonly TimeSpan PublicationInterval = TimeSpan.FromSeconds(10);

    /// <summary>Internal errors in a row, with nothing delivered in between, after which the run stops.</summary>
    private const int InternalErrorsAtMost = 3;

    private readonly PgSession _session;
    private readonly string _slot;
    private readonly PgChangeCapture _capture;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<TableSchema> _tables;
    private readonly PgOutputDecoder _decoder;
    private readonly PgBacklogChanges _backlog;
    private PgStreamedChanges? _stream;
    private long _publicationChecked;

    public PgChangeReader(PgSession session, string slot, IReadOnlyList<FollowedTable> tables, PgChangeCapture capture, TimeProvider time)
    {
        _session = session;
        _slot = slot;
        _capture = capture;
        _time = time;
        _tables = [.. tables.Select(t => t.Table)];
        _decoder = new PgOutputDecoder(tables);
        _backlog = new PgBacklogChanges(session, slot, _tables, _decoder);
    }

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourcePosition from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        var start = ((LsnPosition)from).Lsn;
        await CheckSlotAsync(start, ct);
        await CheckPublicationAsync(ct);
        await foreach (var batch in VerifiedAsync(start, _backlog.ReadAsync(start, limits, ct), ct))
        {
            start = ((LsnPosition)batch.End).Lsn;
            yield return batch;
        }

        await using var walsender = await _capture.OpenReplicationAsync(ct);
        _stream = new PgStreamedChanges(walsender, _slot, _tables, _decoder, _time);
        await foreach (var batch in VerifiedAsync(start, _stream.ReadAsync(start, limits, ct), ct)) yield return batch;
    }

    public Task AcknowledgeAsync(SourcePosition applied, CancellationToken ct)
    {
        var lsn = ((LsnPosition)applied).Lsn;
        _backlog.Acknowledge(lsn);
        return _stream?.AcknowledgeAsync(lsn, ct) ?? Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A slot that is gone, lost or ahead of us has changes we will never see: stop before reading (CASES C14).</summary>
    private async Task CheckSlotAsync(Lsn from, CancellationToken ct)
    {
        var status = await _capture.RequireSlotAsync($" after {from}", ct);
        if (((LsnPosition)status.Confirmed).Lsn > from)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-SLOT-003",
                $"Slot {_slot} stands at {status.Confirmed}, after what was applied ({from}): somebody moved or re-created it, changes in between are lost.",
                "Every table must be loaded again: roll this run back and start a new one.");
        }
    }

    /// <summary>
    /// Compares every table the stream (re)described with the catalog before its rows are handed out: a column dropped
    /// and added again under the same name and type looks the same in the stream (CASES C12). Any other change shows in
    /// the stream, at its place.
    /// </summary>
    private async IAsyncEnumerable<ChangeBatch> VerifiedAsync(
        Lsn from, IAsyncEnumerable<ChangeBatch> batches, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var reading = batches.GetAsyncEnumerator(ct);
        while (await NextAsync(reading, from, ct))
        {
            var batch = reading.Current;
            from = ((LsnPosition)batch.End).Lsn;
            // Before a marker always: a cutover must not rest on a stream that had a hole.
            if (batch.Marker is not null || _time.GetElapsedTime(_publicationChecked) > PublicationInterval) await CheckPublicationAsync(ct);
            if (_decoder.Described.Count > 0)
            {
                await VerifyAsync([.. _decoder.Described.Distinct()], ct);
                _decoder.Described.Clear();
            }

            yield return batch;
        }
    }

    /// <summary>
    /// A slot that went away after it was checked is named as one that was gone before. An internal error of the server
    /// may pass (a catalog that is being changed); one that comes back without a transaction in between will not: the
    /// server refuses to build a message over 1 GB so (CASES PP10).
    /// </summary>
    private async Task<bool> NextAsync(IAsyncEnumerator<ChangeBatch> reading, Lsn from, CancellationToken ct)
    {
        try
        {
            var more = await reading.MoveNextAsync();
            if (more && reading.Current.Transactions.Count > 0) _capture.InternalErrors = 0;
            return more;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InternalError && ++_capture.InternalErrors >= InternalErrorsAtMost)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-SLOT-006", $"The source cannot send what was changed after {from}, asked {InternalErrorsAtMost} times: {e.MessageText}.",
                "A changed value whose text is over 1 GB (bytea over 512 MB) cannot be sent: roll this run back and start one that leaves its table out (--exclude).",
                e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            await _capture.EndSilentReaderAsync(ct);
            throw;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            await CheckSlotAsync(from, ct);
            throw;
        }
    }

    private async Task CheckPublicationAsync(CancellationToken ct)
    {
        await _capture.Publication.CheckAsync(ct);
        _publicationChecked = _time.GetTimestamp();
    }

    private async Task VerifyAsync(int[] described, CancellationToken ct)
    {
        await using var connection = await _session.BorrowAsync(ct);
        var now = await PgSourceCatalog.ColumnsAsync(connection, [.. described.Select(i => _tables[i].SourceId)], ct);
        foreach (var table in described.Select(i => _tables[i]))
        {
            var columns = now[table.SourceId].ToDictionary(c => c.Name, c => c.Ordinal);
            var replaced = table.Copied.FirstOrDefault(c =>
                columns.TryGetValue(c.Name, out var ordinal) && ordinal != c.Ordinal && !columns.ContainsValue(c.Ordinal));
            if (replaced is not null) throw PgOutputDecoder.ColumnReplaced(table.Table, replaced.Name);
        }
    }
}
