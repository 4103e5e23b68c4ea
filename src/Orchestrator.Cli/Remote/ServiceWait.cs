using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Remote;

/// <summary>Looks at a migration again and again until something has ended, and shows meanwhile what a local command would.</summary>
internal sealed class ServiceWait(ServiceRuns runs, ServiceMigration begun, CommandCall call)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>A service that is away goes on with its runs when it is back; this is how long that may take.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(1);

    private readonly KnownRun _run = begun.ToRun();
    private readonly IProgress<RunProgress> _progress = new EtaProgress(call.View);
    private readonly JournalTail _tail = new(call.View, begun.Name);
    private DateTimeOffset? _shown;
    private bool _isAway;

    /// <summary>Until the driving process has answered. To look is to say that somebody waits.</summary>
    public async Task<ServiceRequest> UntilAnsweredAsync(string request, CancellationToken ct)
    {
        while (true)
        {
            var asked = await PatientlyAsync(() => runs.RequestAsync(_run, request, ct), ct);
            if (asked.ExitCode is not null) return asked;
            _tail.Show(await PatientlyAsync(() => runs.JournalAsync(_run, ct), ct));
            await Task.Delay(Every, call.Terminal.Clock, ct);
        }
    }

    /// <summary>Until the service has kept how something ended that it does itself because nothing drove the run.</summary>
    public async Task<ServiceMigration> UntilEndedAsync(string what, CancellationToken ct)
    {
        var driven = call.Terminal.Clock.GetTimestamp();
        while (true)
        {
            var now = await LookAsync(ct);
            if (now.LastAction == what && now.UpdatedAt != begun.UpdatedAt) return now;
            if (now.Driven) driven = call.Terminal.Clock.GetTimestamp();
            else if (call.Terminal.Clock.GetElapsedTime(driven) > Away) throw ServiceErrors.Ended(begun.Name, what);
            await Task.Delay(Every, call.Terminal.Clock, ct);
        }
    }

    /// <summary>Until the run is over, failed, or was paused.</summary>
    /// <returns>Without an exit code if it was paused.</returns>
    public async Task<ServiceMigration> UntilIdleAsync(CancellationToken ct)
    {
        while (true)
        {
            var now = await LookAsync(ct);
            if (!now.Wanted && !now.Driven) return now is { LastAction: "drive" } or { LastAction: "cutover" or "rollback", LastExit: ExitCode.Done } ? now : now with { LastExit = null };
            await Task.Delay(Every, call.Terminal.Clock, ct);
        }
    }

    private async Task<ServiceMigration> LookAsync(CancellationToken ct)
    {
        var now = await PatientlyAsync(() => runs.MigrationAsync(_run.Key, ct), ct);
        if (now.Driven && await PatientlyAsync(() => runs.ProgressAsync(_run, ct), ct) is { } progress && progress.At != _shown)
        {
            _shown = progress.At;
            _progress.Report(progress);
        }

        return now;
    }

    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        var since = call.Terminal.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                var answer = await ask();
                if (_isAway) call.View.Say(NoticeLevel.Information, "the service answers again");
                _isAway = false;
                return answer;
            }
            catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
            {
                if (call.Terminal.Clock.GetElapsedTime(since) > Away) throw runs.Away(Away, e);
                if (!_isAway) call.View.Say(NoticeLevel.Warning, $"{e.Code} {e.Message} Waiting for it.");
                _isAway = true;
            }

            await Task.Delay(Every, call.Terminal.Clock, ct);
        }
    }
}
