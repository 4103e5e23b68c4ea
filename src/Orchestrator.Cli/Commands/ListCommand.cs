using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

internal static class ListCommand
{
    public static Verb Verb { get; } = new("list", "All runs of the state directory, or of a service, one line each.", OptionCatalog.OfList, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        await using var place = await call.OpenRunsAsync(ct);
        var runs = await place.ListAsync(ct);
        return new Answer
        {
            ExitCode = ExitCode.Done,
            Result = new { Runs = runs.Select(r => new { r.Name, r.Id, r.State, r.FailedIn, r.Error, r.CreatedAt, r.UpdatedAt }) },
            Text = runs.Count == 0 ? [[new($"No runs in {place.Place}.")]] : [.. runs.OrderBy(Order).Select(Line)],
            Next = runs.Count > 0 ? [call.Command("status", runs.MinBy(Order)!.Name)] : call.IsRemote ? [] : [call.Command("migrate")],
        };
    }

    private static IReadOnlyList<Piece> Line(KnownRun run) =>
    [
        new($"{run.Name,-40}  "), new($"{Words.Name(run.State),-12}", run.State == RunState.Failed ? "red" : run.State == RunState.Complete ? "green" : null),
        new($"  {run.UpdatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC  {run.Error}"),
    ];

    /// <summary>What needs somebody comes first, what is over last.</summary>
    private static int Order(KnownRun run) => run.State switch
    {
        RunState.Failed => 0,
        RunState.Complete or RunState.RolledBack or RunState.Aborted => 2,
        _ => 1,
    };
}
