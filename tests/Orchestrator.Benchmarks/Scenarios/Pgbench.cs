using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>pgbench's schema and load, with the keys a migration needs and a marker table for outside observers.</summary>
internal static class Pgbench
{
    /// <summary>The table an observer writes; its rows travel with the changes.</summary>
    public const string MarkerSql = "CREATE TABLE bench_marker(id bigint PRIMARY KEY)";

    /// <summary>A fresh database with pgbench's tables.</summary>
    public static async Task<PgDatabase> CreateAsync(PgCluster cluster, string name, int scale)
    {
        var database = await BenchServers.FreshAsync(cluster, name);
        await RunAsync(database, "-i", "-q", "-s", $"{scale}");
        await database.ExecuteAsync("ALTER TABLE pgbench_history ADD COLUMN hid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY");
        await database.ExecuteAsync(MarkerSql);
        return database;
    }

    /// <summary>Runs pgbench to its end.</summary>
    public static async Task RunAsync(PgDatabase database, params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(database.Cluster.ClientInfo("pgbench", database.Name, arguments));
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"pgbench {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}");
    }

    /// <summary>Starts pgbench at a steady rate in the background.</summary>
    public static Task SteadyAsync(PgDatabase database, int perSecond, TimeSpan duration)
        => RunAsync(database, "-n", "-c", "4", "-j", "2", "-R", $"{perSecond}", "-T", $"{(int)duration.TotalSeconds}");

    /// <summary>Waits until a marker row is on the other side.</summary>
    public static Task ArrivedAsync(Probe target, long id, TimeSpan timeout)
        => Timed.UntilAsync(() => target.AskAsync<bool>($"SELECT EXISTS (SELECT FROM bench_marker WHERE id = {id})"), timeout, $"marker {id}");
}
