using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Remote;
using Orchestrator.ControlStore;

namespace Orchestrator.Cli.Commands;

internal static class ResumeCommand
{
    public static Verb Verb { get; } = new(
        "resume", "Go on with a run that was stopped, killed or failed; of a service, also start it.", OptionCatalog.OfResume, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var run = call.RunName();
        if (call.Server is { } server) return await ServiceFlow.StartAsync(call, server, run, ct);
        await using var store = await call.OpenStoreAsync(ct);
        await ChangeAsync(call, store, run, ct);
        await call.ShowRunAsync(store, run, ct);
        return await DriveFlow.RunAsync(call, store, (engine, progress) => engine.ResumeAsync(run, progress, ct));
    }

    private static async Task ChangeAsync(CommandCall call, RunStore store, string run, CancellationToken ct)
    {
        if (await store.FindAsync(run, ct) is null) return;
        var before = await store.OptionsAsync(run, ct);
        var options = call.Change(before);
        if (options == before) return;
        await using var lease = await store.AcquireAsync(run, ct);
        await store.ChangeOptionsAsync(options, ct);
    }
}
