using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow.Reports;

namespace Orchestrator.Cli.Commands;

internal static class AssessCommand
{
    public static Verb Verb { get; } = new(
        "assess", "Look at both sides, change nothing: findings, sizes, predicted times.", OptionCatalog.OfAssess, RunAsync);

    public static Answer AnswerOf(AssessmentReport report, string run, IReadOnlyList<string> next) => new()
    {
        ExitCode = report.IsBlocked ? ExitCode.Blocked : ExitCode.Done,
        Result = AssessmentJson.Node(report),
        Findings = report.Findings,
        Text = Words.Of(report, run),
        Next = report.IsBlocked ? ["orchestrator assess (again, after the blockers are resolved)"] : next,
    };

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var options = ValidateCommand.ByUrls(call.Options) ? call.Migration() : await StoredAsync(call, ct);
        var report = await call.Services.Engine(null).AssessAsync(options, ct);
        Write(call, options.RunName, "json", AssessmentJson.Write(report));
        Write(call, options.RunName, "html", AssessmentHtml.Write(report));
        return AnswerOf(report, options.RunName, [call.Command("migrate", options.RunName)]);
    }

    private static async Task<MigrationOptions> StoredAsync(CommandCall call, CancellationToken ct)
    {
        // Neither URLs nor a store: say what is missing instead of creating an empty store.
        if (!await call.HasStoreAsync(ct)) return call.Migration();
        var run = call.RunName();
        await using var store = await call.OpenStoreAsync(ct);
        return await store.OptionsAsync(run, ct);
    }

    private static void Write(CommandCall call, string run, string extension, string content)
    {
        var path = Path.Combine(call.Options.Text(OptionCatalog.Output)!, $"{run}_assessment.{extension}");
        try
        {
            File.WriteAllText(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-006", $"The report {path} cannot be written: {e.Message.TrimEnd('.')}.", "Name a directory with --output DIR.", e);
        }

        call.View.Say(NoticeLevel.Information, $"wrote {path}");
    }
}
