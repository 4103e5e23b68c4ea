using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Commands;

internal static class ResumeCommand
{
    public static Verb Verb { get; } = new(
        "resume", "Go on with a run that was stopped, killed or failed.", OptionCatalog.OfRun, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var run = call.RunName();
        await using var store = await call.OpenStoreAsync(ct);
        await call.ShowRunAsync(store, run, ct);
        return await DriveFlow.RunAsync(call, store, (engine, progress) => engine.ResumeAsync(run, progress, ct));
    }
}
