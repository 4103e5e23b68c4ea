using System.Text.Json;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Hosting;

/// <summary>
/// Passes a run's progress on, and keeps of it what would be lost otherwise: how the load of each table ended, which later
/// processes do not report, and how much was moved on which day.
/// </summary>
internal sealed class RunMeter : IProgress<RunProgress>, IAsyncDisposable
{
    /// <summary>Name of the document: the newest progress that had tables.</summary>
    private const string Document = "load";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly IProgress<RunProgress> _next;
    private readonly MigrationRow _migration;
    private readonly ServiceStore _service;
    private readonly RunStore _runs;
    private readonly Action<Exception> _failed;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;
    private RunProgress? _load;
    private long _counted;

    /// <param name="next">Is told everything, too.</param>
    /// <param name="migration">Whose run it is.</param>
    /// <param name="service">Keeps the usage.</param>
    /// <param name="runs">Keeps the tables.</param>
    /// <param name="failed">Told what does not work; the run goes on.</param>
    /// <param name="clock">Clock.</param>
    public RunMeter(IProgress<RunProgress> next, MigrationRow migration, ServiceStore service, RunStore runs, Action<Exception> failed, TimeProvider clock)
    {
        (_next, _migration, _service, _runs, _failed, _clock) = (next, migration, service, runs, failed, clock);
        _counted = clock.GetTimestamp();
        _keeping = Task.Run(KeepAsync);
    }

    /// <summary>The newest progress of a run that says how far each table's load is; null: there is none.</summary>
    public static async Task<RunProgress?> LoadAsync(RunStore runs, string run, CancellationToken ct)
    {
        if (await ProgressRecorder.ReadAsync(runs, run, ct) is { Tables.Count: > 0 } now) return now;
        return await runs.ReadDocumentAsync(run, Document, ct) is { } json ? JsonSerializer.Deserialize<RunProgress>(json, ReportJson.Options) : null;
    }

    public void Report(RunProgress value)
    {
        if (value.Tables.Count > 0) Volatile.Write(ref _load, value with { Notices = [] });
        _next.Report(value);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        RunProgress? kept = null;
        do
        {
            await Task.Delay(Every, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                kept = await KeepAsync(kept);
            }
            catch (Exception e)
            {
                _failed(e);
            }
        }
        while (!_stop.IsCancellationRequested);
    }

    private async Task<RunProgress?> KeepAsync(RunProgress? kept)
    {
        if (await _runs.FindAsync(_migration.Run, CancellationToken.None) is not { } run) return kept;
        var load = Volatile.Read(ref _load);
        if (load is not null && (kept is null || !load.Tables.SequenceEqual(kept.Tables)))
            await _runs.WriteDocumentAsync(run.Name, Document, JsonSerializer.Serialize(load, ReportJson.Options), CancellationToken.None);
        var report = await StoredReport.ReadAsync(_runs, run, CancellationToken.None);
        var rows = Math.Max(load?.Tables.Sum(t => t.RowsDone) ?? 0, report?.RowsCopied ?? 0) + (report?.RowsApplied ?? 0);
        var now = _clock.GetTimestamp();
        await _service.Of(_migration.Tenant).CountAsync(
            run.Id, _migration.Id, rows, load?.Tables.Sum(t => t.BytesDone) ?? 0, _clock.GetElapsedTime(_counted, now).TotalSeconds, CancellationToken.None);
        _counted = now;
        return load;
    }
}
