using System.Diagnostics;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Runs other programs and measures their wall time.</summary>
internal static class Timed
{
    /// <summary>Seconds a shell command takes; throws when it fails.</summary>
    public static async Task<double> ShellAsync(string script, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo("bash", ["-o", "pipefail", "-c", script]);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        var watch = Stopwatch.StartNew();
        var result = await ProgramRun.RunAsync(info);
        return result.ExitCode == 0
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"ended with {result.ExitCode}: {result.Error[^Math.Min(2000, result.Error.Length)..]}");
    }

    /// <summary>What a shell command prints; throws when it fails.</summary>
    public static async Task<string> OutputAsync(string script)
    {
        var result = await ProgramRun.RunAsync(new ProcessStartInfo("bash", ["-o", "pipefail", "-c", script]));
        return result.ExitCode == 0 ? result.Output.Trim() : throw new InvalidOperationException($"ended with {result.ExitCode}: {result.Error}");
    }

    /// <summary>Seconds some work takes.</summary>
    public static async Task<double> WorkAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Asks every 5 ms until the answer is yes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> question, TimeSpan timeout, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await question())
        {
            if (watch.Elapsed > timeout)
                throw new TimeoutException($"{what}: not within {timeout}");
            await Task.Delay(5);
        }
    }
}
