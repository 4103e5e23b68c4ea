using System.Threading.Channels;
using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Pipeline.Resilience;

namespace Orchestrator.Pipeline.Cdc;

/// <summary>
/// Reads changes and applies them; while one batch is applied the next is read and prepared. After any transient error it starts again from the ledger's
/// checkpoint: a commit whose outcome is unknown is decided there, never guessed.
/// </summary>
public sealed class CdcRunner(
    ISourceEngine source, ITargetEngine target, IReadOnlyList<FollowedTable> tables, FencingToken fence,
    ChangeBatchLimits limits, TimeProvider time, Action<RunNotice> notify) : IChangeFlow
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>A source that does not say where it stands within this time is asked anew, on another connection.</summary>
    private static readonly TimeSpan SampleLimit = TimeSpan.FromSeconds(10);
    private readonly LagMeter _lag = new(time);
    private readonly FlowGate _gate = new();
    private Checkpoint? _current;

    /// <summary>A first position is known.</summary>
    public bool IsStarted => _current is not null;

    public Checkpoint Current => _current ?? throw new InvalidOperationException("the flow was not started");

    public TimeSpan? Lag => _lag.Lag(SampleInterval);

    /// <summary>Follows changes until cancelled.</summary>
    /// <exception cref="OrchestratorException">What cannot be retried, or transient errors for longer than ten minutes without a commit.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        _current = await StartPositionAsync(ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sampling = SampleAsync(stop.Token);
        try
        {
            while (true)
            {
                var retries = Retries.Transient(40, TimeSpan.FromSeconds(15), e => Describe(e).Kind, time, OnRetry);
                var before = Current.Position;
                try
                {
                    await retries.ExecuteAsync(async token => await FollowAsync(token), ct);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Progress was made in between: the count of tries starts anew.
                    if (Describe(e).Kind == ErrorKind.Transient && Current.Position > before) continue;
                    throw Describe(e);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sampling;
        }
    }

    public async Task WaitForMarkerAsync(string nonce, CancellationToken ct)
    {
        while (true)
        {
            var changed = _gate.Changed;
            if (_current?.Marker == nonce) return;
            await changed.WaitAsync(ct);
        }
    }

    public async Task<IFlowHold> HoldAsync(CancellationToken ct)
    {
        await _gate.HoldAsync(ct);
        return new Hold(this);
    }

    /// <summary>Returns once everything before the position is applied.</summary>
    public async Task WaitForPositionAsync(SourcePosition position, CancellationToken ct)
    {
        while (true)
        {
            var changed = _gate.Changed;
            if (_current is { } current && current.Position >= position) return;
            await changed.WaitAsync(ct);
        }
    }

    private async Task<Checkpoint> StartPositionAsync(CancellationToken ct) =>
        (await target.Ledger.ReadAsync(ct))?.Checkpoint
        ?? throw new OrchestratorException(ErrorKind.Bug, "E-BUG-002", "Change apply was started before its first position was recorded.");

    private async Task FollowAsync(CancellationToken ct)
    {
        _current = await StartPositionAsync(ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var reader = source.Capture.OpenReader(tables);
        await using var writer = target.OpenChangeWriter();
        var channel = Channel.CreateBounded<ChangeBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(reader, writer, channel.Writer, stop.Token);
        try
        {
            await foreach (var batch in channel.Reader.ReadAllAsync(ct)) await ApplyAsync(batch, reader, writer, ct);
        }
        finally
        {
            _gate.Leave();
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await reading;
    }

    private async Task ReadAsync(IChangeReader reader, IChangeWriter writer, ChannelWriter<ChangeBatch> batches, CancellationToken ct)
    {
        Exception? error = null;
        try
        {
            await foreach (var batch in reader.ReadAsync(Current.Position, limits, ct))
            {
                await writer.PrepareAsync(batch, ct);
                await batches.WriteAsync(batch, ct);
            }
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            batches.Complete(error);
        }
    }

    private async Task ApplyAsync(ChangeBatch batch, IChangeReader reader, IChangeWriter writer, CancellationToken ct)
    {
        for (ChangeBatch? rest = batch; rest is not null;)
        {
            (var now, rest) = await _gate.EnterAsync(rest, ct);
            await CommitAsync(now, reader, writer, ct);
        }

        batch.Dispose();
    }

    private async Task CommitAsync(ChangeBatch batch, IChangeReader reader, IChangeWriter writer, CancellationToken ct)
    {
        CrashPoint.Hit("cdc:batch-received");
        var checkpoint = await writer.ApplyAsync(batch, Current.Position, fence, ct);
        if (checkpoint is null)
        {
            CrashPoint.Hit("cdc:mid-transaction");
            return;
        }

        CrashPoint.Hit("cdc:committed");
        _current = checkpoint;
        _lag.Applied(checkpoint.Position);
        _gate.Leave();
        await reader.AcknowledgeAsync(checkpoint.Position, ct);
        CrashPoint.Hit("cdc:acknowledged");
    }

    private async Task SampleAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(SampleLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            try
            {
                _lag.Sample(await source.Capture.CurrentPositionAsync(either.Token));
                _lag.Applied(Current.Position);
            }
            catch (Exception)
            {
                // The lag grows by itself while the source cannot be asked; the stream meets the same error and reports it.
                if (ct.IsCancellationRequested) return;
            }

            await Task.Delay(SampleInterval, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private OrchestratorException Describe(Exception error) => target.Describe(error, "Following changes");

    private void OnRetry(Exception error, int next, TimeSpan pause)
    {
        var described = Describe(error);
        notify(new RunNotice(
            NoticeLevel.Warning, $"change stream interrupted: {described.Message}",
            new("code", described.Code), new("retry", $"{next - 1}"), new("next_ms", $"{pause.TotalMilliseconds:0}")));
    }

    private sealed class Hold(CdcRunner flow) : IFlowHold
    {
        public Task AdvanceToAsync(SourcePosition position, CancellationToken ct) =>
            flow._gate.AdvanceAsync(position, () => flow.Current.Position >= position, ct);

        public ValueTask DisposeAsync()
        {
            flow._gate.Release();
            return ValueTask.CompletedTask;
        }
    }
}
