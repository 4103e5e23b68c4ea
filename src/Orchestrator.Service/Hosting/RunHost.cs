using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Service.Hosting;

/// <summary>Something that was asked for and is on its way.</summary>
/// <param name="Request">Id of what the driving process was asked; null: nothing drove the run, so it is done here.</param>
internal sealed record Asked(long? Request);

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
    /// <returns>Null: this process is doing something else with it that has to end first.</returns>
    public async Task<Asked?> AskAsync(MigrationRow migration, RunRequest request, CancellationToken ct)
    {
        if (await runs.IsDrivenAsync(migration.Run, ct))
        {
            var asked = await runs.AskAsync(migration.Run, request, ct);
            _ = AwaitAnswerAsync(migration, request, asked.Id);
            return new Asked(asked.Id);
        }

        return Begin(migration, stop => drive.PerformAsync(migration, request, stop)) ? new Asked(null) : null;
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

        foreach (var driven in _driven.Values) await driven.Stop.CancelAsync();
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
        var driven = new Driven(isWanted);
        if (_stopping.IsCancellationRequested || !_driven.TryAdd(migration.Run, driven)) return false;
        driven.Work = Task.Run(async () =>
        {
            try
            {
                await work(driven.Stop.Token);
            }
            finally
            {
                _driven.TryRemove(migration.Run, out _);
            }
        });
        return true;
    }

    private async Task DriveAsync(MigrationRow migration, CancellationToken stop)
    {
        switch (await drive.DriveAsync(migration, stop))
        {
            case DriveEnd.Over:
                await service.Of(migration.Tenant).StopAsync(migration.Id, CancellationToken.None);
                break;
            case DriveEnd.HeldElsewhere:
                await Task.Delay(HeldElsewhere, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case DriveEnd.Stopped:
                // What is wanted was said by whoever paused it; a service that ends wants it still.
                break;
        }
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

    private sealed class Driven(bool isWanted)
    {
        /// <summary>Has neither a timer nor a link, so nobody has to dispose of it, and it may be cancelled after the end.</summary>
        public CancellationTokenSource Stop { get; } = new();

        /// <summary>It goes on for as long as the store says so.</summary>
        public bool IsWanted => isWanted;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
