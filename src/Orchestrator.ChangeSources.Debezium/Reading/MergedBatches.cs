using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// Where the thread that reads Kafka and whoever applies the changes meet: changes gather until they are asked for, up to
/// the limits, so that a writer that is busy gets larger batches.
/// </summary>
internal sealed class MergedBatches(
    IReadOnlyList<FollowedTable> tables, TransactionMerge merge, IEventDecoder decoder, ChangeBatchLimits limits, TimeProvider time) : IDisposable
{
    /// <summary>How often a checkpoint is due that only says how far topics without our changes were read.</summary>
    private static readonly TimeSpan IdleTick = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(0);
    private readonly TableSchema[] _tables = [.. tables.Select(t => t.Table)];
    private readonly BatchFiller _filler = new(tables);
    private ChangeBatchBuilder _builder = new([.. tables.Select(t => t.Table)]);
    private TaskCompletionSource _filled = New();
    private SourceTransaction? _open;
    private Exception? _error;
    private RelayedPosition _handedOut = merge.Position;
    private bool _readerWaits;
    private bool _hasMoved;
    private long _since;
    private long _ticked = time.GetTimestamp();

    /// <summary>Takes a record and all that can be put in order then; called by the reading thread, which waits here while the box is full.</summary>
    /// <returns>False: the record says nothing about a transaction.</returns>
    /// <exception cref="OrchestratorException">What the decoder or the merge says; whole transactions before it are handed out still.</exception>
    public bool Feed(in KafkaRecord record, CancellationToken ct)
    {
        var counts = false;
        for (var isIn = false; ; isIn = true)
        {
            lock (_gate)
            {
                if (!isIn) counts = Add(record);
                Fill();
                if (IsReady) _filled.TrySetResult();
                if (!IsFull) return counts;
                _readerWaits = true;
            }

            _room.Wait(ct);
        }
    }

    /// <summary>Time has passed and nothing came.</summary>
    public void Tick()
    {
        lock (_gate)
            if (IsReady) _filled.TrySetResult();
    }

    /// <summary>Nothing more comes; what is there is still handed out.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _error = error;
            _filled.TrySetResult();
        }
    }

    /// <summary>Waits until there are changes or topics were read without any, and takes what is there.</summary>
    public async Task<ChangeBatch> TakeAsync(CancellationToken ct)
    {
        while (true)
        {
            Task filled;
            TimeSpan wait;
            lock (_gate)
            {
                wait = _builder.TransactionCount > 0 && !IsFull && _error is null ? limits.MaxDelay - time.GetElapsedTime(_since) : TimeSpan.Zero;
                if (wait <= TimeSpan.Zero)
                {
                    if (IsReady) return Take();
                    if (_error is not null) throw _error;
                    _filled = New();
                }

                filled = _filled.Task;
            }

            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, ct);
            else await filled.WaitAsync(ct);
        }
    }

    public void Dispose() => _room.Dispose();

    private bool IsFull => _builder.ChangeCount >= limits.MaxChanges || _builder.ByteCount >= limits.MaxBytes;

    // After an error nothing but whole transactions: the open one never ends.
    private bool IsReady =>
        _builder.TransactionCount > 0 || (_error is null && ((_open is not null && IsFull) || IsTickDue()));

    private bool IsTickDue()
    {
        if (!_hasMoved || time.GetElapsedTime(_ticked) < IdleTick) return false;
        if (merge.Position != _handedOut) return true;
        (_hasMoved, _ticked) = (false, time.GetTimestamp());
        return false;
    }

    private bool Add(in KafkaRecord record)
    {
        var queue = merge.PartitionOf(record.Topic, record.Partition);
        return merge.Add(queue, record.Offset, Decode(record, queue.Images));
    }

    private DecodedEvent Decode(in KafkaRecord record, RentedList<byte> images)
    {
        try
        {
            return decoder.Decode(record, images);
        }
        catch (Exception e)
        {
            // Other topics may be read to an earlier place yet: what comes before is handed out first, and nothing after.
            var error = MergeErrors.Unreadable(record.Topic, record.Partition, record.Offset, e);
            return decoder.Unread is { TotalOrder: > 0 } place ? place with { Error = error } : throw error;
        }
    }

    private void Fill()
    {
        while (!IsFull && merge.TryTake(out var step))
        {
            if (_builder.ChangeCount + _builder.TransactionCount == 0) _since = time.GetTimestamp();
            _filler.Write(step, _builder);
            _open = step.Event is null ? null : step.Transaction;
        }

        _hasMoved = true;
    }

    private ChangeBatch Take()
    {
        // A transaction that is larger than the limits goes out in parts, each by itself.
        var isPart = _open is not null && _builder.TransactionCount == 0 && IsFull;
        if (isPart) _builder.EndTransaction(_open!.Value);
        var rest = _builder.TakeOpen();
        var end = merge.Position;
        var batch = _builder.Build(end, endsTransaction: !isPart);
        (_builder, _handedOut, _hasMoved, _ticked) = (rest, end, false, time.GetTimestamp());
        if (!IsFull && _readerWaits)
        {
            _readerWaits = false;
            _room.Release();
        }

        return batch;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
