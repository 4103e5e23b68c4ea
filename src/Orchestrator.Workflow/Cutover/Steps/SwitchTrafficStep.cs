using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Workflow.Cutover.Steps;

/// <summary>Runs the user's command that moves traffic; neither side takes writes meanwhile.</summary>
public sealed class SwitchTrafficStep : ICutoverStep
{
    private static readonly TimeSpan UndoLimit = TimeSpan.FromSeconds(60);

    public string Name => "switch-traffic";

    // How long a user's command takes is not known before it ran once.
    public double PredictMs(CutoverContext context) => context.Plan.Options.OnSwitch is null ? 0 : 1000;

    public async Task DoAsync(CutoverContext context, CancellationToken ct)
    {
        if (context.Plan.Options.OnSwitch is not { } command)
        {
            context.Detail = "no --on-switch";
            return;
        }

        await RunAsync("--on-switch", command, "switch", context, ct);
    }

    public async Task UndoAsync(CutoverContext context, CancellationToken ct)
    {
        if (context.Plan.Options is not { OnSwitch: not null, OnSwitchUndo: { } command }) return;
        using var limit = new CancellationTokenSource(UndoLimit, context.Parts.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        await RunAsync("--on-switch-undo", command, "undo", context, both.Token);
    }

    private static async Task RunAsync(string option, string command, string action, CutoverContext context, CancellationToken ct)
    {
        var (exitCode, output) = await ShellCommand.RunAsync(command, Environment(context.Plan.Options, action), ct);
        if (exitCode == 0) return;
        var secrets = new[] { context.Plan.Options.SourceUrl, context.Plan.Options.TargetUrl }.SelectMany(url => DatabaseUrl.Parse(url).Secrets.Append(url));
        var printed = SecretText.Mask(output, secrets);
        throw CutoverErrors.SwitchCommand(
            option, $"ended with exit code {exitCode.ToString(CultureInfo.InvariantCulture)}{(printed.Length == 0 ? "" : ": " + printed)}");
    }

    private static Dictionary<string, string> Environment(MigrationOptions options, string action)
    {
        var (source, target) = (DatabaseUrl.Parse(options.SourceUrl), DatabaseUrl.Parse(options.TargetUrl));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_RUN"] = options.RunName,
            ["ORCHESTRATOR_ACTION"] = action,
            ["ORCHESTRATOR_SOURCE_HOST"] = source.Host,
            ["ORCHESTRATOR_SOURCE_PORT"] = Port(source),
            ["ORCHESTRATOR_SOURCE_DATABASE"] = source.Database,
            ["ORCHESTRATOR_TARGET_HOST"] = target.Host,
            ["ORCHESTRATOR_TARGET_PORT"] = Port(target),
            ["ORCHESTRATOR_TARGET_DATABASE"] = target.Database,
            ["ORCHESTRATOR_TARGET_URL"] = options.TargetUrl,
        };
    }

    private static string Port(DatabaseUrl url) => url.Port?.ToString(CultureInfo.InvariantCulture) ?? "";
}
