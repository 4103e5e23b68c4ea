using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>
/// A file system of a few megabytes in memory for the files of a server, so that it can be full. Needs root, as the
/// machines have on which every test runs; it is unmounted on dispose and when this process dies.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const string Mount =
        "mkdir \"$1\" && mount -t tmpfs -o size=\"$2\"m,mode=0700,uid=$(id -u postgres),gid=$(id -g postgres) orchestrator-disk \"$1\"";

    private readonly LifeLine _guard;

    private SmallDisk(string directory)
    {
        Directory = directory;
        _guard = new LifeLine(new("sh", ["-c", LifeLine.Script("umount -l \"$1\"; rmdir \"$1\""), "sh", directory])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true,
        });
    }

    /// <summary>Where it is mounted; the server's account owns it.</summary>
    public string Directory { get; }

    private string Filler => Directory + "/filler";

    /// <summary>Makes and mounts an empty one.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var directory = Path.Combine(Path.GetTempPath(), $"orchestrator-disk-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");
        var result = await ProgramRun.RunAsync(new("sh", ["-c", Mount, "sh", directory, megabytes.ToString(CultureInfo.InvariantCulture)]));
        return result.ExitCode == 0 ? new SmallDisk(directory) : throw new InvalidOperationException($"cannot mount a small disk: {result.Error}");
    }

    /// <summary>Takes all the room that is left, as somebody else's file would.</summary>
    public async Task FillAsync() =>
        // dd ends with an error, as it is meant to: no space left.
        await ProgramRun.RunAsync(new("dd", ["if=/dev/zero", "of=" + Filler, "bs=4k"]));

    /// <summary>From now on nobody can write there, root neither.</summary>
    public async Task RemountReadOnlyAsync()
    {
        var result = await ProgramRun.RunAsync(new("mount", ["-o", "remount,ro", Directory]));
        if (result.ExitCode != 0) throw new InvalidOperationException($"cannot mount the disk read-only: {result.Error}");
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Filler);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _guard.PullAsync();
        _guard.Dispose();
    }
}
