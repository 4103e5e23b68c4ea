using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>Removes clusters whose owning process is gone and whose guard was killed with it.</summary>
internal static class StaleClusters
{
    private const string Prefix = "orchestrator-pg-";
    private const string MariaPrefix = "orchestrator-maria-";
    private static readonly Lazy<Task> Sweep = new(SweepAsync);

    /// <summary>Names a directory for a cluster of this process.</summary>
    public static string NewDirectory() => NewDirectory(Prefix);

    /// <summary>Names a directory for a MySQL or MariaDB server of this process.</summary>
    public static string NewMariaDirectory() => NewDirectory(MariaPrefix);

    /// <summary>Sweeps once per process.</summary>
    public static Task SweepOnceAsync() => Sweep.Value;

    private static async Task SweepAsync()
    {
        foreach (var directory in Abandoned(Prefix))
            await ServerAccount.RunAsync("sh", "-c", PgCluster.RemoveScript, "sh", PgBinaries.Path("pg_ctl"), directory);
        foreach (var directory in Abandoned(MariaPrefix))
            await ServerAccount.RunAsync("sh", "-c", MySqlServer.RemoveScript, "sh", directory);
    }

    private static string NewDirectory(string prefix)
        => Path.Combine(Path.GetTempPath(), $"{prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    private static IEnumerable<string> Abandoned(string prefix) => Directory.EnumerateDirectories(Path.GetTempPath(), prefix + "*")
        .Where(d => int.TryParse(Path.GetFileName(d)[prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}"));
}
