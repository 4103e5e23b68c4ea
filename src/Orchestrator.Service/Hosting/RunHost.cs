using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Service.Hosting;

/// <summary>
/// The worker in this process: drives the runs that are wanted, each as long as it is wanted. What is wanted is in the store, so
/// a service that was killed goes on with its runs when it starts again; a run that another process drives is left to it.
/// </summary>
internal sealed class RunHost(ServiceStore service, RunStore runs, RunDrive drive, TimeProvider clock, ILogger<RunHost> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>A run that another process drives is tried again after this.</summary>
    private static readonly TimeSpan HeldElsewhere = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Driven> _driven = new(StringComparer.Ordinal);
    private CancellationToken _stopping;

    /// <summary>This process works on the run now.</summary>
    public bool Drives(string run) => _driven.ContainsKey(run);

    /// <summary>Gets something done to a run: by asking whoever drives it, or here.</summary>
    /// <returns>False: this process is doing something else with it that has to end first.</returns>
    public async Task<bool> AskAsync(MigrationRow migration, RunRequest request, CancellationToken ct)
    {
        if (await runs.IsDrivenAsync(migration.Run, ct))
        {
            var asked = await runs.AskAsync(migration.Run, request, ct);
            _ = AwaitAnswerAsync(migration, request, asked.Id);
            return true;
        }

        return Begin(migration, stop => drive.PerformAsync(migration, request, stop));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ServiceLog.StoreAway(logger, SecretText.Mask(e.Message));
            }

            await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_driven.Values.Select(d => d.Work));
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var wanted = (await service.WantedAsync(ct)).ToDictionary(m => m.Run, StringComparer.Ordinal);
        foreach (var (run, driven) in _driven)
            if (driven.IsWanted && !wanted.ContainsKey(run)) await driven.Stop.CancelAsync();
        foreach (var migration in wanted.Values.Where(m => !_driven.ContainsKey(m.Run)))
            Begin(migration, stop => DriveAsync(migration, stop), isWanted: true);
    }

    private bool Begin(MigrationRow migration, Func<CancellationToken, Task> work, bool isWanted = false)
    {
        var driven = new Driven(CancellationTokenSource.CreateLinkedTokenSource(_stopping), isWanted);
        if (!_driven.TryAdd(migration.Run, driven))
        {
            driven.Stop.Dispose();
            return false;
        }

        driven.Work = Task.Run(async () =>
        {
            try
            {
                await work(driven.Stop.Token);
            }
            finally
            {
                _driven.TryRemove(migration.Run, out _);
                driven.Stop.Dispose();
            }
        });
        return true;
    }

    private async Task DriveAsync(MigrationRow migration, CancellationToken stop)
    {
        if (await drive.DriveAsync(migration, stop)) await service.Of(migration.Tenant).WantAsync(migration.Id, MigrationRow.Idle, CancellationToken.None);
        // Held by another process: it is looked at again.
        else await Task.Delay(HeldElsewhere, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AwaitAnswerAsync(MigrationRow migration, RunRequest request, long id)
    {
        try
        {
            var answer = await runs.RequestAsync(migration.Run, id, _stopping);
            while (answer.ExitCode is null)
            {
                // Asking again also says that somebody still waits: what nobody waits for is not carried out.
                await Task.Delay(Every, clock, _stopping);
                answer = await runs.RequestAsync(migration.Run, id, _stopping);
                if (answer.ExitCode is null && !await runs.IsDrivenAsync(migration.Run, _stopping))
                    await runs.AnswerAsync(migration.Run, id, 130, "withdrawn: the process that drove the run ended", _stopping);
            }

            await drive.KeepAsync(migration, request.ToString().ToLowerInvariant(), answer.ExitCode.Value, answer.Message);
        }
        catch (Exception e)
        {
            if (!_stopping.IsCancellationRequested) ServiceLog.StoreAway(logger, SecretText.Mask(e.Message));
        }
    }

    private sealed class Driven(CancellationTokenSource stop, bool isWanted)
    {
        public CancellationTokenSource Stop => stop;

        /// <summary>It goes on for as long as the store says so.</summary>
        public bool IsWanted => isWanted;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
