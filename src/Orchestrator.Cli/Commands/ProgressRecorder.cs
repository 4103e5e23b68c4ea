using System.Text.Json;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Keeps the newest progress in the control store every two seconds, so that <c>status</c> in another terminal shows
/// it. A run must not fail because its picture could not be kept: a store that fails is said once, then left alone.
/// </summary>
internal sealed class ProgressRecorder : IProgress<RunProgress>, IAsyncDisposable
{
    /// <summary>Name of the document.</summary>
    public const string Document = "progress";

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private readonly IRunStore _store;
    private readonly IProgressView _view;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private RunProgress? _latest;

    public ProgressRecorder(IRunStore store, IProgressView view, TimeProvider clock)
    {
        (_store, _view, _clock) = (store, view, clock);
        _writing = Task.Run(WriteAsync);
    }

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
            do
            {
                await Task.Delay(Between, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (Interlocked.Exchange(ref _latest, null) is { } progress)
                    await _store.WriteDocumentAsync(progress.Run, Document, JsonSerializer.Serialize(progress, ReportJson.Options), CancellationToken.None);
            }
            while (!_stop.IsCancellationRequested);
        }
        catch (Exception e)
        {
            _view.Say(NoticeLevel.Warning, $"W-RUN-001 the progress of the run cannot be kept for 'status': {e.Message}");
        }
    }
}
