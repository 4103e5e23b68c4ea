using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

internal static class ValidateCommand
{
    public static Verb Verb { get; } = new(
        "validate", "Compare every row of both sides, of a run (--run) or of two URLs.", OptionCatalog.OfValidate, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        if (call.IsRemote || !ByUrls(call.Options)) return await RequestFlow.RunAsync(call, RunRequest.Validate, ct);
        var options = call.Migration();
        var result = await call.Services.Engine(null).ValidateAsync(options, new EtaProgress(call.View), ct);
        return RunAnswers.Of(result, call) with { Run = null, State = null, Next = [call.Command("validate")] };
    }

    /// <summary>A URL given counts, unless the run is named on purpose.</summary>
    internal static bool ByUrls(EffectiveOptions options) =>
        options.IsGiven(OptionCatalog.SourceDb) && options.Find(OptionCatalog.Run) is not { Origin: "flag" };
}
