using Orchestrator.Cli.Options;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

internal static class RollbackCommand
{
    public static Verb Verb { get; } = new(
        "rollback", "Before the switch: remove everything the run created on both sides.", OptionCatalog.OfRun,
        (call, ct) => RequestFlow.RunAsync(call, RunRequest.Rollback, ct));
}
