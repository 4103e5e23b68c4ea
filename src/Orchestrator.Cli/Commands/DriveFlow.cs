using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>Drives a run in this process, showing and keeping its progress.</summary>
internal static class DriveFlow
{
    public static async Task<Answer> RunAsync(
        CommandCall call, IRunStore store, Func<IMigrationEngine, IProgress<RunProgress>, Task<RunResult>> drive)
    {
        await using var recorder = new ProgressRecorder(
            store, e => call.View.Say(NoticeLevel.Warning, $"W-RUN-001 the progress of the run cannot be kept for 'status': {e.Message}"), call.Terminal.Clock);
        var progress = new EtaProgress(new Both(call.View, recorder));
        return RunAnswers.Of(await drive(call.Services.Engine(store), progress), call);
    }

    private sealed class Both(IProgress<RunProgress> first, IProgress<RunProgress> second) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            first.Report(value);
            second.Report(value);
        }
    }
}
