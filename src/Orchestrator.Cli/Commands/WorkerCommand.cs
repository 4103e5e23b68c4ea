using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

internal static class WorkerCommand
{
    public static Verb Verb { get; } = new(
        "worker", "Copy and apply a share of a run that another process drives (--share-load, --apply-parts).", OptionCatalog.OfWorker, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var run = call.RunName();
        if (!await call.HasStoreAsync(ct)) throw StoredRuns.NoStore(call.Location);
        await using var store = await call.OpenStoreAsync(ct);
        await call.ShowRunAsync(store, run, ct);
        var name = $"pid {Environment.ProcessId} on {Environment.MachineName}";
        var result = await call.Services.Engine(store).WorkAsync(run, name, Say, ct);
        return new Answer
        {
            ExitCode = ExitCode.Done,
            Run = run,
            State = result.State,
            Result = result,
            Text = [[new($"{run}  the run is {Words.Name(result.State)}; this worker {Work(result)}")]],
            Next = [call.Command("status", run)],
        };

        void Say(RunNotice notice) => call.View.Say(notice.Level, notice.Message, [new("run", run), .. notice.Fields]);
    }

    private static string Work(WorkerResult result)
    {
        string[] parts =
        [
            .. result.Chunks > 0 ? [$"copied {result.CopiedRows} rows in {result.Chunks} chunks"] : Array.Empty<string>(),
            .. result.Steps > 0 ? [$"applied {result.Rows} row changes in {result.Steps} steps"] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "found nothing to do" : string.Join(" and ", parts);
    }
}
