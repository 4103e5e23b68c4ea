namespace Orchestrator.TestKit;

/// <summary>
/// One source and one target cluster per test process, started on first use and removed when the process ends.
/// Tests take databases of their own from it and run in parallel.
/// </summary>
public sealed class PgPair
{
    private static readonly PgClusterOptions Roomy = new()
    {
        Settings = new Dictionary<string, string>
        {
            ["max_connections"] = "300",
            ["max_wal_senders"] = "60",
            ["max_replication_slots"] = "60",
        },
    };

    private static readonly Lazy<Task<PgPair>> Shared = new(StartAsync);
    private static int s_count;

    private PgPair(PgCluster source, PgCluster target) => (Source, Target) = (source, target);

    /// <summary>The cluster databases are moved from.</summary>
    public PgCluster Source { get; }

    /// <summary>The cluster databases are moved to.</summary>
    public PgCluster Target { get; }

    /// <summary>The pair of this process.</summary>
    public static Task<PgPair> SharedAsync() => Shared.Value;

    /// <summary>Creates an empty database of the same unique name on both sides.</summary>
    /// <param name="name">A readable beginning of the name; made unique by a number.</param>
    /// <param name="sourceEncoding">Encoding of the source database, null for UTF8.</param>
    public static async Task<DatabasePair> CreateDatabasesAsync(string name, string? sourceEncoding = null)
    {
        var pair = await SharedAsync();
        var unique = $"{name[..Math.Min(name.Length, 40)]}_{Interlocked.Increment(ref s_count)}";
        await pair.Source.CreateDatabaseAsync(unique, sourceEncoding);
        await pair.Target.CreateDatabaseAsync(unique);
        return new DatabasePair(new PgDatabase(pair.Source, unique), new PgDatabase(pair.Target, unique));
    }

    private static async Task<PgPair> StartAsync()
        => new(await PgCluster.StartAsync(Roomy), await PgCluster.StartAsync(Roomy));
}
