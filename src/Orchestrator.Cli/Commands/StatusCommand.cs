using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

internal static class StatusCommand
{
    public static Verb Verb { get; } = new(
        "status", "Where a run is, what it does now, whether a process drives it.", OptionCatalog.OfStatus, RunAsync);

    /// <summary>The process that drives a run keeps new figures every two seconds.</summary>
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var name = call.RunName();
        await using var runs = await call.OpenRunsAsync(ct);
        var run = await runs.FindAsync(name, ct);
        if (call.Options.Text(OptionCatalog.Watch) == "true")
        {
            await WatchAsync(call, runs, run, ct);
            run = await runs.FindAsync(run.Key, CancellationToken.None);
        }

        var driven = await runs.IsDrivenAsync(run, CancellationToken.None);
        var progress = await runs.ProgressAsync(run, CancellationToken.None);
        // The figures were kept before the process that was switching over died.
        if (!driven && progress is not null && RunState.Cutover == (run.FailedIn ?? run.State))
            progress = progress with { Safety = SafetyLine.Of((await runs.ReportAsync(run, CancellationToken.None))?.WritableSide ?? "unknown") };
        return new Answer
        {
            ExitCode = ExitCode.Done,
            Run = run.Name,
            State = run.State,
            Result = new { run.Id, run.FailedIn, run.Error, run.CreatedAt, run.UpdatedAt, Driven = driven, Progress = progress },
            Text = Text(run, driven, progress, call.Terminal),
            Next = driven ? [call.Command("cutover", name)] : RunAnswers.AfterDone(run.State, name, call),
        };
    }

    /// <summary>Shows what the driving process keeps. Ctrl+C ends the watching, not the run.</summary>
    private static async Task WatchAsync(CommandCall call, IRuns runs, KnownRun run, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && await runs.IsDrivenAsync(run, CancellationToken.None))
        {
            if (await runs.ProgressAsync(run, CancellationToken.None) is { } progress) call.View.Report(progress);
            await Task.Delay(WatchEvery, call.Terminal.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static List<IReadOnlyList<Piece>> Text(KnownRun run, bool driven, RunProgress? progress, Terminal terminal)
    {
        var lines = new List<IReadOnlyList<Piece>>
        {
            (List<Piece>)[
                new("RUN ", "bold"), new($"{run.Name}  {Words.Name(run.State)}  "),
                driven ? new("driven by a live process", "green") : new("no process drives it", "yellow"),
                new($"  since {run.UpdatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"),
            ],
        };
        if (run.Error is { } error) lines.Add([new("error  ", "red"), new(error)]);
        if (progress is null) return lines;
        var age = terminal.Clock.GetUtcNow() - progress.At;
        if (!driven || age > TimeSpan.FromSeconds(10)) lines.Add([new($"figures of {Figures.Time(age)} ago", "yellow")]);
        lines.AddRange(LiveLayout.Lines(progress, terminal.Width, terminal.Height));
        return lines;
    }
}
