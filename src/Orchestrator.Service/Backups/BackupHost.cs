using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;

namespace Orchestrator.Service.Backups;

/// <summary>
/// The backups this process makes now: a few at once, the others are refused. What was being made when an earlier process was killed is
/// found at the start by the directory it was written to, which no other service has.
/// </summary>
internal sealed class BackupHost(ServiceStore store, ServiceOptions options, BackupWork work, ILogger<BackupHost> logger) : IHostedService, IDisposable
{
    /// <summary>Backups at once, of all tenants together.</summary>
    public const int Most = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);
    private BackupFolder? _folder;
    private bool _isStopping;

    /// <exception cref="OrchestratorException">Configuration <c>E-BACKUP-001</c>: this service was given no directory.</exception>
    public BackupFolder Folder => _folder ?? throw new OrchestratorException(
        ErrorKind.Configuration, "E-BACKUP-001", "This service makes no backups: it was started without --backup-dir.", "Ask its administrator to start it with --backup-dir DIR.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.BackupDirectory is not { } directory) return;
        _folder = BackupFolder.Open(directory);
        foreach (var backup in await store.RunningBackupsAsync(_folder.Place, cancellationToken))
        {
            work.Remove(_folder, backup);
            await store.Of(backup.Tenant).EndBackupAsync(BackupWork.Failed(backup, BackupWork.Ended()), cancellationToken);
            ServiceLog.BackupEnded(logger, backup.Id, BackupRow.Failed, BackupWork.Ended().Message);
        }
    }

    /// <summary>Begins a backup.</summary>
    /// <param name="backup">To be kept; its place is this one's.</param>
    /// <param name="dump">Makes it.</param>
    /// <returns>False: as many are made as may be, and nothing was begun.</returns>
    public async Task<bool> TryBeginAsync(BackupRow backup, IDatabaseDump dump)
    {
        var (folder, running) = (Folder, new Running());
        lock (_gate)
        {
            if (_isStopping || _running.Count >= Most) return false;
            _running.Add(backup.Id, running);
        }

        try
        {
            await store.Of(backup.Tenant).AddBackupAsync(backup, CancellationToken.None);
        }
        catch
        {
            Forget(backup, running);
            throw;
        }

        _ = Task.Run(() => RunAsync(folder, backup, dump, running));
        return true;
    }

    /// <summary>Ends a backup that this process makes, and waits for its end.</summary>
    /// <returns>False: it makes no such backup.</returns>
    public async Task<bool> CancelAsync(string id)
    {
        Running? running;
        lock (_gate)
        {
            if (!_running.TryGetValue(id, out running)) return false;
            running.IsCancelled = true;
        }

        await running.Stop.CancelAsync();
        await running.Over.Task;
        return true;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        List<Running> all;
        lock (_gate)
        {
            _isStopping = true;
            all = [.. _running.Values];
        }

        foreach (var running in all) await running.Stop.CancelAsync();
        await Task.WhenAll(all.Select(r => r.Over.Task)).WaitAsync(cancellationToken);
    }

    public void Dispose() => _folder?.Dispose();

    private async Task RunAsync(BackupFolder folder, BackupRow backup, IDatabaseDump dump, Running running)
    {
        try
        {
            await work.RunAsync(folder, backup, dump, () => running.IsCancelled, running.Stop.Token);
        }
        catch (Exception e)
        {
            // Its row says that it is running until the next start of the service.
            ServiceLog.StoreAway(logger, SecretText.Mask(e.Message));
        }
        finally
        {
            Forget(backup, running);
        }
    }

    private void Forget(BackupRow backup, Running running)
    {
        lock (_gate) _running.Remove(backup.Id);
        running.Over.SetResult();
    }

    private sealed class Running
    {
        /// <summary>Has neither a timer nor a link, so nobody has to dispose of it, and it may be cancelled after the end.</summary>
        public CancellationTokenSource Stop { get; } = new();

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Somebody asked for its end; set before it is stopped.</summary>
        public bool IsCancelled { get; set; }
    }
}
