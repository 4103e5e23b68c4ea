using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

internal static class ReportCommand
{
    public static Verb Verb { get; } = new(
        "report", "What a run moved, proved and measured, with its journal.", OptionCatalog.OfRun, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var name = call.RunName();
        await StatusCommand.RequireStoreAsync(call, ct);
        await using var store = await call.OpenStoreAsync(ct);
        var run = await store.FindAsync(name, ct) ?? throw RunErrors.Unknown(name);
        var report = await StoredReport.ReadAsync(store, run, ct);
        var journal = await store.JournalAsync(name, ct);
        return new Answer
        {
            ExitCode = ExitCode.Done,
            Run = name,
            State = run.State,
            Result = new { Report = report, run.Error, Journal = journal },
            Text =
            [
                [new("REPORT ", "bold"), new($"{name}  {Words.Name(run.State)}")],
                .. report is null ? [[new("No report yet: no phase has ended.")]] : Words.Of(report),
                .. report?.Validation is { } v ? ProofWords.Tables(v).Prepend([new("tables")]) : [],
                [new("journal")],
                .. journal.Select(j => (Piece[])[new($"  {j.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}  {j.Kind,-11}  {j.Subject}{(j.Kind == "transition" ? "  " + j.Detail : "")}")]),
            ],
            Next = run.State == RunState.Complete ? [] : RunAnswers.AfterDone(run.State, name, call),
        };
    }
}
