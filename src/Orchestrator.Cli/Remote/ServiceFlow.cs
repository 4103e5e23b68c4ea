using System.Text.RegularExpressions;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Remote;

/// <summary>
/// Gets something done to a run of a service, and waits for how it ends. It is the service that does it: whoever stops waiting
/// stops nothing.
/// </summary>
internal sealed partial class ServiceFlow
{
    private readonly CommandCall _call;
    private readonly ServiceRuns _runs;
    private readonly ServiceMigration _begun;
    private readonly ServiceWait _wait;

    private ServiceFlow(CommandCall call, ServiceRuns runs, ServiceMigration begun) =>
        (_call, _runs, _begun, _wait) = (call, runs, begun, new ServiceWait(runs, begun, call));

    /// <summary>Starts it, or goes on with it, and waits until nothing drives it any more.</summary>
    public static async Task<Answer> StartAsync(CommandCall call, ServiceAddress server, string run, CancellationToken ct)
    {
        await using var runs = ServiceRuns.Open(server, call);
        var flow = new ServiceFlow(call, runs, await ShownAsync(call, runs, run, ct));
        // To start it again would make the service forget how the last thing ended, which somebody else may be waiting for.
        if (flow._begun is { Wanted: true, Driven: true }) call.View.Say(NoticeLevel.Information, $"run {flow._begun.Name} is driven already");
        else await runs.AskAsync(flow._begun, "start", mustConfirm: false);
        return await flow.WaitingAsync("run", async () => await flow.EndedAsync(await flow._wait.UntilIdleAsync(ct), ct), ct);
    }

    /// <summary>Asks for it, and waits for the answer.</summary>
    public static async Task<Answer> AskAsync(CommandCall call, ServiceAddress server, string run, RunRequest request, CancellationToken ct)
    {
        await using var runs = ServiceRuns.Open(server, call);
        var flow = new ServiceFlow(call, runs, await ShownAsync(call, runs, run, ct));
        var what = request.ToString().ToLowerInvariant();
        var receipt = await runs.AskAsync(flow._begun, what, mustConfirm: request != RunRequest.Validate);
        if (receipt.Approval is { } approval) return flow.ToApprove(approval);
        call.View.Say(NoticeLevel.Information, $"asked the service that has run {flow._begun.Name}");
        return await flow.WaitingAsync(
            what,
            async () => receipt.Request is { } id
                ? await flow.AnsweredAsync(await flow._wait.UntilAnsweredAsync(id, ct), ct)
                : await flow.EndedAsync(await flow._wait.UntilEndedAsync(what, ct), ct),
            ct);
    }

    /// <summary>The migration as it is before anything is asked for; says what it goes on with.</summary>
    private static async Task<ServiceMigration> ShownAsync(CommandCall call, ServiceRuns runs, string run, CancellationToken ct)
    {
        var migration = await runs.MigrationAsync(run, ct);
        EffectiveView.Show(call.Options, await runs.OptionsAsync(migration, ct), call.View);
        return migration;
    }

    private async Task<Answer> WaitingAsync(string what, Func<Task<Answer>> wait, CancellationToken ct)
    {
        try
        {
            return await wait();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Interrupted(null, $"Nobody waits here any more; the {what} is the service's, which goes on with it.", "status");
        }
    }

    private Answer Interrupted(RunState? state, string why, string next) => new()
    {
        ExitCode = ExitCode.Interrupted,
        Run = _begun.Name,
        State = state,
        Errors = [new ErrorLine("E-RUN-130", "interrupted", why, null, null, null, null)],
        Next = [_call.Command(next, _begun.Name)],
    };

    private Answer ToApprove(ServiceApproval approval) => new()
    {
        ExitCode = ExitCode.Refused,
        Run = _begun.Name,
        State = _begun.State,
        Result = new { Approval = approval },
        Errors =
        [
            new ErrorLine(
                "E-SVC-009", "refused", $"The {approval.Action} waits for approval {approval.Id}: another person has to approve it until {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.",
                null, null, null, $"Somebody else approves it with POST /api/approvals/{approval.Id}/approve; the service carries it out then."),
        ],
        Next = [_call.Command("status", _begun.Name)],
    };

    /// <summary>The process that drives the run answered.</summary>
    private async Task<Answer> AnsweredAsync(ServiceRequest answered, CancellationToken ct)
    {
        var run = await _runs.FindAsync(_begun.Id.ToString(), ct);
        return RunAnswers.Told(_call, run.Name, run.State ?? RunState.Assessment, answered.ExitCode ?? ExitCode.Failed, answered.Message, await _runs.ReportAsync(run, ct));
    }

    /// <summary>The service itself did it.</summary>
    private async Task<Answer> EndedAsync(ServiceMigration now, CancellationToken ct)
    {
        if (now.LastExit is not { } exit) return Interrupted(now.State, "The run was paused.", "resume");
        var report = await _runs.ReportAsync(now.ToRun(), ct) ?? new RunReport();
        var answer = RunAnswers.Of(new RunResult(RunAnswers.OutcomeOf(exit), now.Name, now.State ?? RunState.Assessment, report, [], []), _call);
        return exit == ExitCode.Done ? answer : answer with { ExitCode = exit, State = now.State, Errors = [Told(now.LastResult ?? "")] };
    }

    /// <summary>The service keeps an error as one text, its code first.</summary>
    private static ErrorLine Told(string text)
    {
        var coded = Coded().Match(text);
        return new ErrorLine(coded.Success ? coded.Groups["code"].Value : "E-RUN-007", "refused", coded.Success ? coded.Groups["text"].Value : text, null, null, null, null);
    }

    [GeneratedRegex("^(?<code>E-[A-Z]+-[0-9A-Z]+) (?<text>.+)$", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Coded();
}
