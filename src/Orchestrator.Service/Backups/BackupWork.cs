using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;

namespace Orchestrator.Service.Backups;

/// <summary>Makes one backup, keeps how far it is and how it ended, and removes what is then too old.</summary>
internal sealed class BackupWork(ServiceStore store, ServiceOptions options, TimeProvider clock, ILogger<BackupWork> logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <param name="folder">Where its file goes.</param>
    /// <param name="backup">Kept already, as running.</param>
    /// <param name="dump">Makes the bytes.</param>
    /// <param name="isCancelled">Asked once it was stopped: somebody wanted that, and it is not the service that ends.</param>
    /// <param name="stop">Stops it.</param>
    public async Task RunAsync(BackupFolder folder, BackupRow backup, IDatabaseDump dump, Func<bool> isCancelled, CancellationToken stop)
    {
        var tally = new BackupTally();
        var ended = await EndedAsync(folder, backup, dump, tally, isCancelled, stop);
        ended = ended with { Bytes = tally.Bytes, TablesDone = tally.Tables?.Done, Tables = tally.Tables?.All };
        if (ended.State != BackupRow.Done) Remove(folder, backup);
        await store.Of(backup.Tenant).EndBackupAsync(ended, CancellationToken.None);
        ServiceLog.BackupEnded(logger, backup.Id, ended.State, SecretText.Mask($"{ended.ErrorCode} {ended.Error}".Trim()));
        if (ended.State == BackupRow.Done) await RemoveOldAsync(folder, backup);
    }

    private async Task<BackupRow> EndedAsync(BackupFolder folder, BackupRow backup, IDatabaseDump dump, BackupTally tally, Func<bool> isCancelled, CancellationToken stop)
    {
        try
        {
            return backup with { State = BackupRow.Done, Sha256 = await ReportingAsync(backup, tally, () => WriteAsync(folder, backup, dump, tally, stop)) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return isCancelled() ? backup with { State = BackupRow.Cancelled } : Failed(backup, Ended());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServiceLog.BackupUnwritable(logger, backup.Id, e.Message);
            return Failed(backup, BackupFolder.Unwritable(e));
        }
        catch (OrchestratorException e)
        {
            return Failed(backup, e);
        }
        catch (Exception e)
        {
            ServiceLog.Unforeseen(logger, SecretText.Mask(e.ToString()));
            return Failed(backup, new OrchestratorException(ErrorKind.Bug, "E-BUG-001", "Something we did not foresee happened.", "The service's log has it.", e));
        }
    }

    /// <summary>A backup as it is once it failed.</summary>
    public static BackupRow Failed(BackupRow backup, OrchestratorException why) => backup with { State = BackupRow.Failed, ErrorCode = why.Code, Error = $"{why.Message} {why.Fix}".Trim() };

    /// <summary>Why a backup failed whose service was stopped or killed.</summary>
    public static OrchestratorException Ended() => new(ErrorKind.Transient, "E-BACKUP-008", "The service was ended while it made the backup.", "Begin it again.");

    /// <returns>SHA-256 of the file, in hexadecimal.</returns>
    private static async Task<string> WriteAsync(BackupFolder folder, BackupRow backup, IDatabaseDump dump, BackupTally tally, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = folder.Create(backup);
        await dump.RunAsync(
            async (bytes, ct) =>
            {
                hash.AppendData(bytes.Span);
                await file.WriteAsync(bytes, ct);
                tally.Add(bytes.Length);
            },
            tables => tally.Tables = tables, stop);
        folder.Complete(backup, file);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Keeps how far it is while it is made.</summary>
    private async Task<T> ReportingAsync<T>(BackupRow backup, BackupTally tally, Func<Task<T>> work)
    {
        using var over = new CancellationTokenSource();
        var reporting = ReportAsync(backup, tally, over.Token);
        try
        {
            return await work();
        }
        finally
        {
            await over.CancelAsync();
            await reporting;
        }
    }

    private async Task ReportAsync(BackupRow backup, BackupTally tally, CancellationToken over)
    {
        (long Bytes, DumpedTables? Tables) kept = default;
        while (true)
        {
            await Task.Delay(Every, clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested) return;
            var now = (tally.Bytes, tally.Tables);
            if (now == kept) continue;
            try
            {
                await store.Of(backup.Tenant).KeepBackupAsync(backup.Id, now.Bytes, now.Tables?.Done, now.Tables?.All, CancellationToken.None);
                kept = now;
            }
            catch (Exception e)
            {
                // The next time tells it too.
                ServiceLog.StoreAway(logger, SecretText.Mask(e.Message));
            }
        }
    }

    /// <summary>Only those that are whole count, and only a new one that is whole makes an old one go.</summary>
    private async Task RemoveOldAsync(BackupFolder folder, BackupRow backup)
    {
        var tenant = store.Of(backup.Tenant);
        foreach (var old in (await tenant.DoneBackupsAsync(backup.ConnectionId, backup.Place, CancellationToken.None)).Skip(options.KeepBackups))
        {
            // The row goes last: a file that nobody knows would stay for ever.
            if (!Remove(folder, old)) continue;
            await tenant.RemoveBackupAsync(old.Id, CancellationToken.None);
            ServiceLog.BackupTooOld(logger, old.Id, backup.Id);
        }
    }

    /// <summary>Removes what there is of a backup's file.</summary>
    /// <returns>False: the log says why it is still there.</returns>
    public bool Remove(BackupFolder folder, BackupRow backup)
    {
        try
        {
            folder.Remove(backup);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServiceLog.BackupUnwritable(logger, backup.Id, e.Message);
            return false;
        }
    }
}
