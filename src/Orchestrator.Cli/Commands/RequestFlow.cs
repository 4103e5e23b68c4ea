using Orchestrator.Cli.Output;
using Orchestrator.Cli.Remote;
using Orchestrator.ControlStore;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Gets something done to a run: by asking the process that drives it, or in this process if none does (or if that one
/// ends before it answers).
/// </summary>
internal static class RequestFlow
{
    private const string Withdrawn = "withdrawn: the process that drove the run ended";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static async Task<Answer> RunAsync(CommandCall call, RunRequest request, CancellationToken ct)
    {
        var run = call.RunName();
        if (call.Server is { } server) return await ServiceFlow.AskAsync(call, server, run, request, ct);
        await using var store = await call.OpenStoreAsync(ct);
        await call.ShowRunAsync(store, run, ct);
        if (await store.IsDrivenAsync(run, ct))
        {
            var asked = await store.AskAsync(run, request, ct);
            call.View.Say(NoticeLevel.Information, $"asked the process that drives run {run}");
            try
            {
                if (await AnswerAsync(call, store, run, asked, ct) is { } answered) return await AnsweredAsync(call, store, run, answered, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return await StoppedWaitingAsync(call, store, run, asked.Id);
            }

            call.View.Say(NoticeLevel.Warning, "that process ended without an answer; going on here");
        }

        return await DriveFlow.RunAsync(call, store, (engine, progress) => engine.PerformAsync(run, request, progress, ct));
    }

    /// <returns>Null if the driver is gone; the request is withdrawn then.</returns>
    private static async Task<RunRequestRecord?> AnswerAsync(
        CommandCall call, RunStore store, string run, RunRequestRecord asked, CancellationToken ct)
    {
        var tail = new JournalTail(call.View, run);
        while (true)
        {
            var request = await store.RequestAsync(run, asked.Id, ct);
            if (request.ExitCode is not null) return request;
            tail.Show(await store.JournalAsync(run, ct));
            if (!await store.IsDrivenAsync(run, ct))
            {
                await store.AnswerAsync(run, asked.Id, ExitCode.Interrupted, Withdrawn, ct);
                request = await store.RequestAsync(run, asked.Id, ct);

                // It may have answered in its last moment; then that answer counts, ours changed nothing.
                return request.Message == Withdrawn ? null : request;
            }

            await Task.Delay(Poll, call.Terminal.Clock, ct);
        }
    }

    /// <summary>What nobody waits for must not happen hours later.</summary>
    private static async Task<Answer> StoppedWaitingAsync(CommandCall call, RunStore store, string run, long asked)
    {
        var withdrawn = await store.WithdrawAsync(run, asked, "withdrawn: stopped by its asker", CancellationToken.None);
        var request = await store.RequestAsync(run, asked, CancellationToken.None);
        if (!withdrawn && request.ExitCode is not null) return await AnsweredAsync(call, store, run, request, CancellationToken.None);
        var what = request.Request.ToString().ToLowerInvariant();
        return new Answer
        {
            ExitCode = ExitCode.Interrupted,
            Run = run,
            Errors =
            [
                new ErrorLine(
                    "E-RUN-130", "interrupted",
                    withdrawn ? $"The {what} is withdrawn; the run goes on without it." : $"The {what} is being carried out already and goes on.",
                    null, null, null, null),
            ],
            Next = [call.Command("status", run)],
        };
    }

    private static async Task<Answer> AnsweredAsync(
        CommandCall call, RunStore store, string run, RunRequestRecord answered, CancellationToken ct)
    {
        var record = await store.FindAsync(run, ct) ?? throw RunErrors.Unknown(run);
        return RunAnswers.Told(call, run, record.State, answered.ExitCode ?? ExitCode.Failed, answered.Message, await StoredReport.ReadAsync(store, record, ct));
    }
}
