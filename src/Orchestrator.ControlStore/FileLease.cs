using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>
/// A lock on the run's lock file. The kernel lets go of it when the process ends, however it ends, so a run can be
/// resumed at once after a kill. The file itself stays: removing it would let two processes lock two files.
/// </summary>
internal sealed class FileLease : IRunLease
{
    private readonly FileStream _lock;

    public FileLease(FileStream file, FencingToken token)
    {
        _lock = file;
        Token = token;
    }

    public FencingToken Token { get; }

    public CancellationToken Lost => CancellationToken.None;

    /// <summary>Tries for a moment: somebody who only looks whether the run is driven has the lock for microseconds.</summary>
    public static async Task<FileStream?> LockAsync(string path, TimeProvider clock, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (TryLock(path) is { } file) return file;
            if (attempt == 5) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, ct);
        }
    }

    /// <summary>Null if another process (or another lease of this one) has the lock.</summary>
    public static FileStream? TryLock(string path)
    {
        try
        {
            return StateDirectory.Create(path, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _lock.DisposeAsync();
}
