using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>Reads what the machine and the programs say about themselves.</summary>
internal static class MachineFacts
{
    public static async Task<Machine> ReadAsync()
    {
        var processor = (await File.ReadAllLinesAsync("/proc/cpuinfo")).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        var memory = (await File.ReadAllLinesAsync("/proc/meminfo"))[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new Machine(
            processor?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            Math.Round(double.Parse(memory, CultureInfo.InvariantCulture) / (1 << 20), 1),
            RuntimeInformation.OSDescription,
            await FirstLineAsync(PgBinaries.Path("postgres"), "--version"),
            RuntimeInformation.FrameworkDescription,
            await FirstLineAsync("pgcopydb", "--version"),
            string.Join(' ', BenchServers.Settings.Select(s => $"{s.Key}={s.Value}")) + " fsync=on")
        {
            MariaDb = await FirstLineAsync("/usr/sbin/mariadbd", "--version"),
            Pgloader = await FirstLineAsync("pgloader", "--version"),
        };
    }

    /// <summary>The commit under measurement; <c>+</c> behind it when the tree has changes.</summary>
    public static async Task<string> CommitAsync()
    {
        var head = await GitAsync("rev-parse", "--short", "HEAD");
        var changes = await GitAsync("status", "--porcelain", "--untracked-files=no", "--", "src");
        return head + (changes.Length == 0 ? "" : "+");
    }

    private static async Task<string> GitAsync(params string[] arguments)
        => (await ProgramRun.RunAsync(new ProcessStartInfo("git", ["-C", RepositoryRoot.Path, .. arguments]))).Output.Trim();

    private static async Task<string> FirstLineAsync(string program, string argument)
    {
        var result = await ProgramRun.RunAsync(new ProcessStartInfo(program, [argument]));
        return (result.Output + result.Error).Split('\n').First(l => l.Any(char.IsDigit)).Trim();
    }
}
