using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

internal static class ReportCommand
{
    public static Verb Verb { get; } = new(
        "report", "What a run moved, proved and measured, with its journal.", OptionCatalog.OfRun, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var name = call.RunName();
        await using var runs = await call.OpenRunsAsync(ct);
        var run = await runs.FindAsync(name, ct);
        var report = await runs.ReportAsync(run, ct);
        var journal = await runs.JournalAsync(run, ct);
        return new Answer
        {
            ExitCode = ExitCode.Done,
            Run = run.Name,
            State = run.State,
            Result = new { Report = report, run.Error, Journal = journal },
            Text =
            [
                [new("REPORT ", "bold"), new($"{run.Name}  {Words.Name(run.State)}")],
                .. report is null ? [[new("No report yet: no phase has ended.")]] : Words.Of(report),
                .. report?.Validation is { } v ? ProofWords.Tables(v).Prepend([new("tables")]) : [],
                [new("journal")],
                .. journal.Select(j => (Piece[])[new($"  {j.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}  {j.Kind,-11}  {j.Subject}{(j.Kind == "transition" ? "  " + j.Detail : "")}")]),
            ],
            Next = run.State == RunState.Complete ? [] : RunAnswers.AfterDone(run.State, name, call),
        };
    }
}
