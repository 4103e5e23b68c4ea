using Orchestrator.Cli.Options;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

internal static class CutoverCommand
{
    public static Verb Verb { get; } = new(
        "cutover", "Switch a run over: stop writes on the source, drain, check, open the target.", OptionCatalog.OfRun,
        (call, ct) => RequestFlow.RunAsync(call, RunRequest.Cutover, ct));
}
