using System.Diagnostics;

namespace Orchestrator.TestKit;

/// <summary>
/// A small shell that does something when this process dies, by whatever death: it reads a pipe whose other end
/// only this process holds. <see cref="Cancel"/> calls it off; <see cref="PullAsync"/> makes it act now.
/// </summary>
internal sealed class LifeLine : IDisposable
{
    private readonly Process _shell;

    /// <summary>Starts the shell.</summary>
    /// <param name="info">How to start <c>sh</c>; built by <see cref="Script"/> and an account's start info.</param>
    public LifeLine(ProcessStartInfo info)
        => _shell = Process.Start(info) ?? throw new InvalidOperationException("cannot start a life line");

    /// <summary>The script of a life line that runs <paramref name="action"/> at the end.</summary>
    public static string Script(string action) => "trap '' INT TERM HUP; cat >/dev/null; " + action;

    /// <summary>Kills a process when this one dies.</summary>
    public static LifeLine ForProcess(int pid)
        => new(new ProcessStartInfo("sh", ["-c", Script("kill -9 \"$1\""), "sh", $"{pid}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        });

    /// <summary>Acts now and waits for the end of the action.</summary>
    public async Task PullAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
    }

    /// <summary>Ends the shell without its action.</summary>
    public void Cancel() => _shell.Kill(entireProcessTree: true);

    /// <inheritdoc/>
    public void Dispose() => _shell.Dispose();
}
