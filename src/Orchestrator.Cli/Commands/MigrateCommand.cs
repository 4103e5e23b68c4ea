using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Commands;

internal static class MigrateCommand
{
    public static Verb Verb { get; } = new(
        "migrate", "Move a database: assess, copy, follow changes, compare, cut over.", OptionCatalog.OfMigrate, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var options = call.Migration();
        if (options.DryRun)
        {
            // Nothing may be left behind, not even a state directory.
            var report = await call.Services.Engine(null).AssessAsync(options, ct);
            var answer = AssessCommand.AnswerOf(report, options.RunName, [call.Command("migrate", options.RunName)]);
            return answer with { Text = [.. Words.Mapping(report.Columns), .. answer.Text] };
        }

        await using var store = await call.OpenStoreAsync(ct);
        return await DriveFlow.RunAsync(call, store, (engine, progress) => engine.MigrateAsync(options, progress, ct));
    }
}
