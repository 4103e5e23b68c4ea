using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Connections;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Hosting;

/// <summary>Why the driving of a run ended.</summary>
internal enum DriveEnd
{
    /// <summary>There is nothing more to do, or it failed: somebody has to say that it is to go on.</summary>
    Over,

    /// <summary>It was told to stop.</summary>
    Stopped,

    /// <summary>Another process drives it.</summary>
    HeldElsewhere,
}

/// <summary>Drives one run in this process and keeps how that ended.</summary>
internal sealed class RunDrive(
    ServiceStore service, RunStore runs, Func<IRunStore, Func<string, string>, IMigrationEngine> engine, UrlVault vault, OutboundGuard guard, SecretReferences secrets, IDatabases databases,
    ServiceOptions options, TimeProvider clock, ILogger<RunDrive> logger)
{
    private const string Drive = "drive";
    private const int Failed = 1;

    /// <summary>From where it stands to its end, or until it is stopped.</summary>
    public async Task<DriveEnd> DriveAsync(MigrationRow migration, CancellationToken stop)
    {
        ServiceLog.Driving(logger, migration.Run);
        return await KeepingAsync(migration, Drive, async progress =>
        {
            if (await runs.FindAsync(migration.Run, stop) is { State: not RunState.Aborted })
            {
                await CheckAsync(migration, await runs.OptionsAsync(migration.Run, stop), stop);
                return await EngineFor(migration).ResumeAsync(migration.Run, progress, stop);
            }

            var (source, target) = (await UrlAsync(migration, migration.SourceId, stop), await UrlAsync(migration, migration.TargetId, stop));
            var asked = MigrationSettings.Of(migration).ToOptions(migration.Run, source, target, options.Store.StateDirectory);
            await CheckAsync(migration, asked, stop);
            // The connection may be another one since the migration was created.
            if (asked.ShareLoad && !databases.IsPostgreSql(source))
                throw new OrchestratorException(ErrorKind.Configuration, "E-SVC-010", $"share_load is {MigrationSettings.ShareLoadRule}.", "Create a migration without it.");
            return await EngineFor(migration).MigrateAsync(asked, progress, stop);
        }, stop);
    }

    /// <summary>Just far enough to do one thing.</summary>
    public Task PerformAsync(MigrationRow migration, RunRequest request, CancellationToken stop) =>
        KeepingAsync(migration, request.ToString().ToLowerInvariant(), async progress =>
        {
            await CheckAsync(migration, await runs.OptionsAsync(migration.Run, stop), stop);
            return await EngineFor(migration).PerformAsync(migration.Run, request, progress, stop);
        }, stop);

    public async Task KeepAsync(MigrationRow migration, string action, int exit, string result)
    {
        ServiceLog.Ended(logger, migration.Run, action, exit, SecretText.Mask(result));
        var tenant = service.Of(migration.Tenant);
        if (action == Drive) await tenant.EndDriveAsync(migration.Id, result, exit, CancellationToken.None);
        else await tenant.EndAsync(migration.Id, action, result, exit, CancellationToken.None);
    }

    private async Task<DriveEnd> KeepingAsync(MigrationRow migration, string action, Func<IProgress<RunProgress>, Task<RunResult>> work, CancellationToken stop)
    {
        try
        {
            var result = await MeteredAsync(migration, work);
            await KeepAsync(migration, action, result.Outcome.ToExitCode(), Words(result));
            return DriveEnd.Over;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return DriveEnd.Stopped;
        }
        catch (OrchestratorException e) when (e.Code == "E-LEASE-001")
        {
            return DriveEnd.HeldElsewhere;
        }
        catch (Exception e)
        {
            var known = e as OrchestratorException;
            if (known is null) ServiceLog.Unforeseen(logger, SecretText.Mask(e.ToString()));
            await KeepAsync(migration, action, Failed, known is null ? "E-BUG-001 Something we did not foresee happened; the service's log has it." : $"{known.Code} {known.Message} {known.Fix}".Trim());
            return DriveEnd.Over;
        }
    }

    private IMigrationEngine EngineFor(MigrationRow migration) => engine(runs, url => secrets.Resolve(migration.Tenant, url));

    /// <summary>All figures are kept before it is said how it ended.</summary>
    private async Task<RunResult> MeteredAsync(MigrationRow migration, Func<IProgress<RunProgress>, Task<RunResult>> work)
    {
        void Lost(Exception e) => ServiceLog.ProgressLost(logger, migration.Run, SecretText.Mask(e.Message));
        await using var recorder = new ProgressRecorder(runs, Lost, clock);
        await using var meter = new RunMeter(recorder, migration, service, runs, Lost, clock);
        return await work(meter);
    }

    private async Task CheckAsync(MigrationRow migration, MigrationOptions run, CancellationToken ct)
    {
        foreach (var url in (string[])[run.SourceUrl, run.TargetUrl])
        {
            await guard.CheckAsync(url, ct);
            await secrets.CheckAsync(migration.Tenant, url, ct);
        }
    }

    private async Task<string> UrlAsync(MigrationRow migration, string connection, CancellationToken ct)
    {
        var row = await service.Of(migration.Tenant).ConnectionAsync(connection, ct)
            ?? throw new OrchestratorException(ErrorKind.Configuration, "E-SVC-002", "A connection of this migration is not there any more.", "Create the migration anew.");
        return vault.Open(migration.Tenant, row.Id, row.Cipher);
    }

    private static string Words(RunResult result) =>
        result.Errors.Count > 0 ? string.Join(' ', result.Errors.Select(e => $"{e.Code} {e.Message} {e.Fix}".Trim()))
        : result.Outcome == RunOutcome.Blocked ? "The assessment found blockers: " + string.Join(", ", result.Findings.Where(f => f.Severity == Core.Assessment.Severity.Blocker).Select(f => f.Id).Distinct())
        : result.Outcome.ToString().ToLowerInvariant();
}
