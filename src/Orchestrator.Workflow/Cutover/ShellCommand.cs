using System.Diagnostics;

namespace Orchestrator.Workflow.Cutover;

/// <summary>Runs a user's command by <c>/bin/sh -c</c>, with what it needs in its environment and no input.</summary>
internal static class ShellCommand
{
    private const int KeptCharacters = 2000;

    /// <returns>Exit code and the end of what it printed on either stream.</returns>
    /// <exception cref="OperationCanceledException">Stopped; the command and what it started were killed.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string command, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken ct)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Remove(Core.Diagnostics.CrashPoint.Variable);
        foreach (var (name, value) in environment) info.Environment[name] = value;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var output = new Queue<string>();
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (output) return (process.ExitCode, string.Join('\n', output));
    }

    private static void Keep(Queue<string> output, string? line)
    {
        if (line is null) return;
        lock (output)
        {
            output.Enqueue(line.Length > KeptCharacters ? line[..KeptCharacters] : line);
            if (output.Count > 10) output.Dequeue();
        }
    }
}
