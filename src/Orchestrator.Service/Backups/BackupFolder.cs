using System.Text;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;

namespace Orchestrator.Service.Backups;

/// <summary>
/// The directory of backups: <c>TENANT/ID.dump</c>, readable by its owner only. One service at a time has it; the file <c>place</c> is
/// its lock, and holds the mark by which rows are known whose files lie here.
/// </summary>
internal sealed class BackupFolder : IDisposable
{
    /// <summary>End of the name of a file that is not whole yet.</summary>
    private const string Part = ".part";

    private const string Ending = ".dump";

    /// <summary>ENOSPC and EDQUOT, https://man7.org/linux/man-pages/man3/errno.3.html.</summary>
    private static readonly int[] NoRoom = [28, 122];

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _root;
    private readonly FileStream _lock;

    private BackupFolder(string root, FileStream file, string place) => (_root, _lock, Place) = (root, file, place);

    /// <summary>Mark of this directory.</summary>
    public string Place { get; }

    /// <summary>Creates what is missing, takes it for this process, and removes what an earlier one left half-written.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-BACKUP-003</c>: it cannot be written, or another service has it.</exception>
    public static BackupFolder Open(string path)
    {
        try
        {
            var root = Path.GetFullPath(path);
            CreateDirectory(root);
            var file = new FileStream(Path.Combine(root, "place"), Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            // What is not whole was being written by a process that is gone: nobody writes here but who has the lock.
            foreach (var part in Directory.EnumerateFiles(root, "*" + Ending + Part, new EnumerationOptions { RecurseSubdirectories = true })) File.Delete(part);
            return new BackupFolder(root, file, MarkOf(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-BACKUP-003", $"The backup directory {path} cannot be used: {e.Message.TrimEnd('.')}.",
                "Name a directory with --backup-dir that this service alone uses and may write.", e);
        }
    }

    /// <summary>Opens the file of a backup that is begun.</summary>
    public FileStream Create(BackupRow backup)
    {
        CreateDirectory(Path.Combine(_root, backup.Tenant));
        return new FileStream(PathOf(backup) + Part, Options(FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete));
    }

    /// <summary>All of it is written: from now on it is there under its name, also after a power failure.</summary>
    public void Complete(BackupRow backup, FileStream file)
    {
        file.Flush(flushToDisk: true);
        File.Move(PathOf(backup) + Part, PathOf(backup));
        // The new name is one of the file's changes: file systems that keep a journal write it with them.
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="OrchestratorException">Configuration <c>E-BACKUP-009</c>: it is not there.</exception>
    public FileStream Read(BackupRow backup)
    {
        Require(backup);
        try
        {
            return new FileStream(PathOf(backup), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new OrchestratorException(ErrorKind.Configuration, "E-BACKUP-009", "The backup's file is gone.", "Somebody removed it from the backup directory; delete the backup.", e);
        }
    }

    /// <summary>Removes what there is of a backup.</summary>
    public void Remove(BackupRow backup)
    {
        Require(backup);
        // Without its directory there is no file either, and no need to say so.
        if (!Directory.Exists(Path.Combine(_root, backup.Tenant))) return;
        File.Delete(PathOf(backup) + Part);
        File.Delete(PathOf(backup));
    }

    /// <summary>Why a file could not be written, without saying where it lies.</summary>
    public static OrchestratorException Unwritable(Exception e) => NoRoom.Contains(e.HResult)
        ? new OrchestratorException(ErrorKind.Configuration, "E-BACKUP-004", "There is no room left for the backup.", "Delete older backups, or ask the administrator of the service for room in its backup directory.", e)
        : new OrchestratorException(ErrorKind.Configuration, "E-BACKUP-005", "The backup cannot be written.", "The service's log says why; ask its administrator.", e);

    public void Dispose() => _lock.Dispose();

    private void Require(BackupRow backup)
    {
        if (backup.Place == Place) return;
        throw new OrchestratorException(
            ErrorKind.Configuration, "E-BACKUP-009", "The backup's file lies in another backup directory.", "Ask the service that made it, or give this one its directory (--backup-dir).");
    }

    private string PathOf(BackupRow backup) => Path.Combine(_root, backup.Tenant, backup.Id + Ending);

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }

    /// <summary>As it stands in the file; a new directory gets one.</summary>
    private static string MarkOf(FileStream file)
    {
        var bytes = new byte[36];
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length) return Encoding.ASCII.GetString(bytes);
        var mark = Guid.NewGuid().ToString();
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(mark));
        file.Flush(flushToDisk: true);
        return mark;
    }
}
