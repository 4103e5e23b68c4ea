using System.Text.Json;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow;

/// <summary>
/// Keeps the first progress and then every two seconds the newest in the control store, so that <c>status</c> in another
/// terminal shows it. A run must not fail because its picture could not be kept: a store that fails is said once, then left alone.
/// </summary>
public sealed class ProgressRecorder : IProgress<RunProgress>, IAsyncDisposable
{
    /// <summary>Name of the document.</summary>
    public const string Document = "progress";

    private static readonly TimeSpan UntilFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private readonly IRunStore _store;
    private readonly Action<Exception> _failed;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private RunProgress? _latest;

    /// <param name="store">Keeps it.</param>
    /// <param name="failed">Told once if that does not work.</param>
    /// <param name="clock">Clock of the two seconds.</param>
    public ProgressRecorder(IRunStore store, Action<Exception> failed, TimeProvider clock)
    {
        (_store, _failed, _clock) = (store, failed, clock);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>The newest that was kept; null: none was.</summary>
    public static async Task<RunProgress?> ReadAsync(IRunStore store, string run, CancellationToken ct) =>
        await store.ReadDocumentAsync(run, Document, ct) is { } json ? JsonSerializer.Deserialize<RunProgress>(json, ReportJson.Options) : null;

    public void Report(RunProgress value) => Volatile.Write(ref _latest, value with { Notices = [] });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            var wait = UntilFirst;
            do
            {
                await Task.Delay(wait, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (Interlocked.Exchange(ref _latest, null) is not { } progress) continue;
                await _store.WriteDocumentAsync(progress.Run, Document, JsonSerializer.Serialize(progress, ReportJson.Options), CancellationToken.None);
                wait = Between;
            }
            while (!_stop.IsCancellationRequested);
        }
        catch (Exception e)
        {
            _failed(e);
        }
    }
}
