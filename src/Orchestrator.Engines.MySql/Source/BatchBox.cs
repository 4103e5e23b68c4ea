using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Where the thread that reads the log and whoever applies it meet: changes gather until they are asked for, up to the
/// limits, so that a writer that is busy gets larger batches.
/// </summary>
internal sealed class BatchBox(
    IReadOnlyList<TableSchema> tables, BinlogPosition from, ChangeBatchLimits limits, Markers markers, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(0);
    private ChangeBatchBuilder _builder = new(tables);
    private TaskCompletionSource _filled = New();
    private BinlogPosition _end = from;
    private BinlogPosition _handedOut = from;
    private Exception? _error;
    private SourceTransaction? _open;
    private bool _readerWaits;
    private long _since;

    /// <summary>Takes the changes of one event; called by the reading thread, which waits here while the box is full.</summary>
    public void Feed(ReadOnlySpan<byte> packet, TransactionDecoder decoder, CancellationToken ct)
    {
        lock (_gate)
        {
            var wasEmpty = IsEmpty;
            decoder.Feed(packet, _builder);
            if (wasEmpty && !IsEmpty) _since = time.GetTimestamp();
            _open = decoder.InTransaction ? decoder.Open : null;
            if (_open is null) _end = decoder.Position;
            if (IsReady) _filled.TrySetResult();
            if (!IsFull) return;
            _readerWaits = true;
        }

        _room.Wait(ct);
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

    /// <summary>Somebody waits for a place in the log that may have been passed.</summary>
    public void Wake()
    {
        lock (_gate)
            if (IsReady) _filled.TrySetResult();
    }

    /// <summary>Waits until there are changes or the log went on without any, and takes what is there.</summary>
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

    private bool IsEmpty => _builder.ChangeCount + _builder.TransactionCount == 0;

    private bool IsFull => _builder.ChangeCount >= limits.MaxChanges || _builder.ByteCount >= limits.MaxBytes;

    private bool IsReady => _builder.TransactionCount > 0 || (_open is not null && IsFull) || _end > _handedOut || markers.IsDue(_end);

    private ChangeBatch Take()
    {
        // A transaction that is larger than the limits goes out in parts, each by itself.
        var isPart = _open is not null && _builder.TransactionCount == 0 && IsFull;
        if (isPart) _builder.EndTransaction(_open!.Value);
        var rest = _builder.TakeOpen();
        if (!isPart && markers.Take(_end) is { } nonce) _builder.Mark(nonce);
        var batch = _builder.Build(_end, endsTransaction: !isPart);
        (_builder, _handedOut) = (rest, _end);
        if (!IsFull && _readerWaits)
        {
            _readerWaits = false;
            _room.Release();
        }

        return batch;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
