using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>Removes clusters whose owning process is gone and whose guard was killed with it.</summary>
internal static class StaleClusters
{
    private const string Prefix = "orchestrator-pg-";
    private static readonly Lazy<Task> Sweep = new(SweepAsync);

    /// <summary>Names a directory for a cluster of this process.</summary>
    public static string NewDirectory()
        => Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    /// <summary>Sweeps once per process.</summary>
    public static Task SweepOnceAsync() => Sweep.Value;

    private static async Task SweepAsync()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(directory)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}"))
                await ServerAccount.RunAsync("sh", "-c", PgCluster.RemoveScript, "sh", PgBinaries.Path("pg_ctl"), directory);
        }
    }
}
