using System.Diagnostics;

namespace Orchestrator.Workflow.Cutover;

/// <summary>
/// Runs a user's command by <c>/bin/sh -c</c>, with what it needs in its environment and no input. Done is it when the
/// shell ends, whatever it left running in the background. If this process dies first, the command dies with it: it must
/// not move traffic once somebody else takes the cutover back.
/// </summary>
internal static class ShellCommand
{
    private const int KeptCharacters = 2000;
    private const string Setsid = "/usr/bin/setsid";

    /// <summary>
    /// The command in a session of its own beside a guard that reads a pipe only we hold. Its end means that we are
    /// gone: then the guard kills the session.
    /// </summary>
    private const string Guarded = """
        exec 3<&0 </dev/null
        { read -r _ <&3 || kill -KILL 0; } >/dev/null 2>&1 &
        guard=$!
        /bin/sh -c "$1" 3<&-
        code=$?
        kill "$guard"
        exit "$code"
        """;

    /// <summary>The command may have printed its last line just before it ended.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);

    /// <returns>Exit code and the end of what it printed on either stream.</returns>
    /// <exception cref="OperationCanceledException">Stopped; the command and what it started were killed.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string command, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken ct)
    {
        var info = StartInfo(command);
        info.Environment.Remove(Core.Diagnostics.CrashPoint.Variable);
        foreach (var (name, value) in environment) info.Environment[name] = value;
        using var process = Process.Start(info)!;
        var output = new Queue<string>();
        var reading = Task.WhenAll(KeepAsync(output, process.StandardOutput), KeepAsync(output, process.StandardError));
        try
        {
            // Reading by events instead would make this wait for the end of both streams, which a background process keeps open.
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        await Task.WhenAny(reading, Task.Delay(LastWords, CancellationToken.None));
        lock (output) return (process.ExitCode, string.Join('\n', output));
    }

    /// <summary>As long as its standard input is open the command lives; without <c>setsid</c> it may outlive us.</summary>
    internal static ProcessStartInfo StartInfo(string command)
    {
        var guarded = File.Exists(Setsid);
        return new ProcessStartInfo(guarded ? Setsid : "/bin/sh", guarded ? ["/bin/sh", "-c", Guarded, "sh", command] : ["-c", $"exec </dev/null\n{command}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Reads on after the command ended: a process it left in the background may still print, and must not be hurt by that.</summary>
    private static async Task KeepAsync(Queue<string> output, StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.Enqueue(line.Length > KeptCharacters ? line[..KeptCharacters] : line);
                if (output.Count > 10) output.Dequeue();
            }
        }
    }
}
