using System.Collections.Concurrent;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Cdc;
using Orchestrator.Pipeline.FullLoad;

namespace Orchestrator.Workflow.Runs;

/// <summary>Where phases leave what is going on and a reporter picks it up, once a second and at every change of phase.</summary>
public sealed class ProgressBoard(MigrationOptions options, string source, string target, IProgress<RunProgress> sink, TimeProvider time)
{
    private const string Comparing = "validation";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<RunNotice> _notices = new();
    private readonly Lock _publishing = new();
    private (long At, string Phase, long Bytes, long Rows, long Applied) _last = (time.GetTimestamp(), "", 0, 0, 0);
    private string _phase = "assessment";
    private volatile Pause? _pause;

    public LoadProgress? Load { get; set; }

    public CdcRunner? Flow { get; set; }

    public ValidationProgress? Validation { get; set; }

    /// <summary>Safety line while writes are not paused; see <see cref="RunProgress.Safety"/>.</summary>
    public string Safety { get; set; } = "source untouched and writable";

    public long? RetainedLogBytes { get; set; }

    public void Notify(RunNotice notice) => _notices.Enqueue(notice);

    /// <summary>Which side applications can write now.</summary>
    /// <param name="side">As in <see cref="RunReport.WritableSide"/>.</param>
    /// <param name="limit">For <c>none</c>: after this the source opens by itself; null past the point of no return.</param>
    public void ShowWritable(string side, TimeSpan? limit = null)
    {
        _pause = side == "none" ? new Pause(_pause?.Since ?? time.GetTimestamp(), limit) : null;
        if (side != "none") Safety = SafetyLine.Of(side);
    }

    public void Enter(string phase)
    {
        // What an earlier comparison came to is not how far this one is.
        if (phase == Comparing) Validation = null;
        _phase = phase;
        Publish();
    }

    /// <summary>Reports until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct)) Publish();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Publish();
        }
    }

    private void Publish()
    {
        lock (_publishing) sink.Report(Snapshot());
    }

    private RunProgress Snapshot()
    {
        var tables = Load?.Tables ?? [];
        var phase = _phase;
        var (bytes, rows, planned) = phase switch
        {
            Comparing => (Validation?.BytesDone ?? 0, Validation?.RowsDone ?? 0, Validation?.Bytes),
            "full-load" or "indexes" => (tables.Sum(t => t.BytesDone), tables.Sum(t => t.RowsDone), tables.Sum(t => t.BytesPlanned ?? 0)),
            _ => (0, 0, (long?)null),
        };
        var applied = Flow?.IsStarted == true ? Flow.Current.Rows : 0;
        var elapsed = time.GetElapsedTime(_last.At).TotalSeconds;
        double? Rate(long now, long before) => elapsed < 0.05 ? null : Math.Max(0, now - before) / elapsed;
        double? Moved(long now, long before) => planned is null || (phase == Comparing && _last.Phase != phase) ? null : Rate(now, before);
        var progress = new RunProgress
        {
            Run = options.RunName,
            Phase = phase,
            At = time.GetUtcNow(),
            Source = source,
            Target = target,
            Safety = _pause is { } pause ? SafetyLine.Paused(time.GetElapsedTime(pause.Since), pause.Limit) : Safety,
            BytesDone = planned is null ? null : bytes,
            BytesPlanned = planned,
            RowsPerSecond = Moved(rows, _last.Rows),
            BytesPerSecond = phase == Comparing ? null : Moved(bytes, _last.Bytes),
            Tables = tables,
            Lag = Flow?.IsStarted == true ? Flow.Lag : null,
            ApplyRowsPerSecond = Flow?.IsStarted == true ? Rate(applied, _last.Applied) : null,
            TransactionsApplied = Flow?.IsStarted == true ? Flow.Current.Transactions : null,
            RetainedLogBytes = RetainedLogBytes,
            Notices = Drain(),
        };
        if (elapsed >= 0.05 || _last.Phase != phase) _last = (time.GetTimestamp(), phase, bytes, rows, applied);
        return progress;
    }

    private sealed record Pause(long Since, TimeSpan? Limit);

    private List<RunNotice> Drain()
    {
        var notices = new List<RunNotice>();
        while (_notices.TryDequeue(out var notice)) notices.Add(notice);
        return notices;
    }
}
