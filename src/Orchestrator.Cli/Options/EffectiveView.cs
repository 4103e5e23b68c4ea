using Orchestrator.Cli.Output;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>Says at the start which values count and where each came from, secrets masked.</summary>
internal static class EffectiveView
{
    /// <summary>What a run was created with and goes on with; the given options only say which run.</summary>
    public static void Show(EffectiveOptions options, MigrationOptions run, IProgressView view)
    {
        ShowGiven(options, view);
        view.Say(NoticeLevel.Information, $"option {OptionCatalog.SourceDb.Name}", new("value", SecretText.Mask(run.SourceUrl)), new("origin", "run"));
        view.Say(NoticeLevel.Information, $"option {OptionCatalog.TargetDb.Name}", new("value", SecretText.Mask(run.TargetUrl)), new("origin", "run"));
        string[] rest =
        [
            $"strategy={Words.Name(run.Strategy)}", $"tables={Patterns(run.Tables.Include, "*")}", $"exclude={Patterns(run.Tables.Exclude, "")}",
            $"parallel-workers={run.ParallelWorkers}", $"share-load={(run.ShareLoad ? "true" : "")}", $"batch-size={run.BatchSize}", $"validate={(run.Validate ? "true" : "false")}",
            $"cutover={run.Cutover.ToString().ToLowerInvariant()}", $"on-switch={Given(run.OnSwitch)}", $"on-switch-undo={Given(run.OnSwitchUndo)}",
            $"pause-budget={Figures.Time(run.PauseBudget)}", $"max-lag={Figures.Time(run.MaxLag)}",
            $"target-roles={string.Join(',', run.TargetRoles.Names)}",
        ];
        view.Say(NoticeLevel.Information, $"options of the run: {string.Join(' ', rest.Where(r => !r.EndsWith('=')))}");

        static string Patterns(IReadOnlyList<string> patterns, string none) => patterns.Count == 0 ? none : string.Join(',', patterns);

        static string Given(string? command) => command is null ? "" : "(a command)";
    }

    public static void Show(EffectiveOptions options, IProgressView view)
    {
        ShowGiven(options, view);
        var defaults = string.Join(' ', options.All.Where(v => v.IsDefault && v.Spec.Form != ValueForm.Switch).Select(v => $"{v.Spec.Name}={v.Shown}"));
        if (defaults.Length > 0) view.Say(NoticeLevel.Information, $"options left at their defaults: {defaults}");
        Warn(options, view);
    }

    /// <summary>Warns of secrets that stand on the command line.</summary>
    public static void Warn(EffectiveOptions options, IProgressView view)
    {
        foreach (var value in options.All.Where(v => v.Spec.Form is ValueForm.Url or ValueForm.Urls or ValueForm.Secret && v.Origin == "flag" && v.Shown != v.Text))
            view.Say(NoticeLevel.Warning, $"W-CFG-001 the secret in {value.Spec.Flag} can be read by every user of this machine; use {value.Spec.Environment} or {value.Spec.Flag} env:NAME");
    }

    private static void ShowGiven(EffectiveOptions options, IProgressView view)
    {
        foreach (var value in options.All.Where(v => !v.IsDefault))
            view.Say(NoticeLevel.Information, $"option {value.Spec.Name}", new("value", value.Shown), new("origin", value.Origin));
    }
}
