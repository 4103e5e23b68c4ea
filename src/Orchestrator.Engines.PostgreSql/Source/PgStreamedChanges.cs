using System.Runtime.CompilerServices;
using Npgsql.Replication;
using Npgsql.Replication.Internal;
using NpgsqlTypes;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Reads the walsender's stream. A batch is closed when the limits are reached or, at a transaction boundary, when its
/// first change is older than the delay: a reader that is asked rarely returns larger batches by itself.
/// </summary>
internal sealed class PgStreamedChanges(
    LogicalReplicationConnection walsender, string slot, IReadOnlyList<TableSchema> tables, PgOutputDecoder decoder, TimeProvider time)
{
    /// <summary>How often an idle source's position is looked at.</summary>
    private static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(500);

    /// <summary>A server answers the command that starts a stream at once.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long the end of the stream waits for a status that is being sent.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(5);

    private byte[] _message = new byte[64 * 1024];
    private readonly Lock _gate = new();
    private long _lastStatus;
    private Task _sending = Task.CompletedTask;
    private bool _streaming;

    /// <summary>
    /// Lets the source forget what is applied. Never fails: the next acknowledgement repeats this one, and a stream that
    /// broke under it (which shows here as anything, even a null reference of the driver's) says why where it is read.
    /// </summary>
    public async Task AcknowledgeAsync(Lsn applied, CancellationToken ct)
    {
        try
        {
            walsender.SetReplicationStatus(new NpgsqlLogSequenceNumber(applied.Value));
            Task sending;
            lock (_gate)
            {
                // The driver does not guard its buffer: a status written while it starts or ends the stream mixes with that
                // command, and both sides wait for the rest. The driver sends the status every few seconds by itself.
                if (!_streaming || time.GetElapsedTime(_lastStatus) < TimeSpan.FromSeconds(1)) return;
                _lastStatus = time.GetTimestamp();
                _sending = sending = walsender.SendStatusUpdate(ct);
            }

            await sending;
        }
        catch (Exception)
        {
            // As said above: nothing is lost by it, and whoever reads the stream hears of it.
            return;
        }
    }

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(Lsn from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        var options = new Dictionary<string, string?> { ["proto_version"] = "1", ["publication_names"] = slot, ["messages"] = "true" };
        walsender.CommandTimeout = StartLimit;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var messages = walsender
            .StartLogicalReplication(new Slot(slot), stop.Token, new NpgsqlLogSequenceNumber(from.Value), options, bypassingStream: false)
            .GetAsyncEnumerator(stop.Token);
        decoder.SkipBefore = from;
        var next = messages.MoveNextAsync().AsTask();
        try
        {
            var batch = new ChangeBatchBuilder(tables);
            var (end, opened) = (from, time.GetTimestamp());
            while (true)
            {
                await WaitAsync(next, batch, limits, opened, ct);
                if (next.IsCompleted)
                {
                    if (!await next) yield break;
                    _ = SetStreaming(true);
                    var length = await CopyAsync(messages.Current, ct);
                    if (batch.ChangeCount == 0 && batch.TransactionCount == 0) opened = time.GetTimestamp();
                    decoder.Feed(_message.AsSpan(0, length), batch);
                    end = Lsn.Max(end, decoder.LastEnd);
                    next = messages.MoveNextAsync().AsTask();
                    if (decoder.Stopped is { } stopped)
                    {
                        if (batch.TransactionCount > 0) yield return batch.Build(new LsnPosition(end), endsTransaction: true);
                        throw stopped;
                    }

                    if (!IsDue(batch, limits, opened)) continue;
                }
                else if (batch.TransactionCount == 0 && batch.ChangeCount == 0)
                {
                    // Between transactions the server's position says that everything before it was sent.
                    var seen = new Lsn((ulong)walsender.LastReceivedLsn);
                    if (decoder.InTransaction || seen <= end) continue;
                    end = seen;
                }
                else if (!IsDue(batch, limits, opened))
                {
                    continue;
                }

                if (decoder.InTransaction) batch.EndTransaction(decoder.Open);
                yield return batch.Build(new LsnPosition(end), endsTransaction: !decoder.InTransaction);
                batch = new ChangeBatchBuilder(tables);
            }
        }
        finally
        {
            await SetStreaming(false).WaitAsync(SendLimit, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A caller that stops asking leaves a read behind: it must end before the stream can be closed.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>The status being sent.</returns>
    private Task SetStreaming(bool streaming)
    {
        lock (_gate)
        {
            _streaming = streaming;
            return _sending;
        }
    }

    private async Task WaitAsync(Task next, ChangeBatchBuilder batch, ChangeBatchLimits limits, long opened, CancellationToken ct)
    {
        if (next.IsCompleted) return;
        var wait = Wait(batch, limits, opened);
        if (wait > TimeSpan.Zero) await Task.WhenAny(next, Task.Delay(wait, time, ct));
        ct.ThrowIfCancellationRequested();
    }

    private TimeSpan Wait(ChangeBatchBuilder batch, ChangeBatchLimits limits, long opened) =>
        batch.TransactionCount == 0 || decoder.InTransaction ? IdleTick : limits.MaxDelay - time.GetElapsedTime(opened);

    private bool IsDue(ChangeBatchBuilder batch, ChangeBatchLimits limits, long opened)
    {
        var full = batch.ChangeCount >= limits.MaxChanges || batch.ByteCount >= limits.MaxBytes;
        if (!decoder.InTransaction) return batch.TransactionCount > 0 && (full || time.GetElapsedTime(opened) >= limits.MaxDelay);
        // In the middle of a transaction: only a huge one is cut, and never together with whole ones before it if that can wait.
        return full && (batch.TransactionCount == 0 || batch.ByteCount >= 2 * limits.MaxBytes);
    }

    private async Task<int> CopyAsync(XLogDataMessage message, CancellationToken ct)
    {
        var length = 0;
        while (true)
        {
            if (length == _message.Length) Array.Resize(ref _message, _message.Length * 2);
            var read = await message.Data.ReadAsync(_message.AsMemory(length), ct);
            if (read == 0) return length;
            length += read;
        }
    }

    private sealed class Slot(string name) : LogicalReplicationSlot("pgoutput", new ReplicationSlotOptions(name));
}
