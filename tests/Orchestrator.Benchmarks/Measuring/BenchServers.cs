using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>A source and a target server set up as small production servers are, with durable commits.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["shared_buffers"] = "1GB",
        ["max_wal_size"] = "4GB",
    };

    private BenchServers(PgCluster source, PgCluster target) => (Source, Target) = (source, target);

    public PgCluster Source { get; }

    public PgCluster Target { get; }

    public static async Task<BenchServers> StartAsync()
    {
        var options = new PgClusterOptions { Fsync = true, Settings = Settings };
        return new BenchServers(await PgCluster.StartAsync(options), await PgCluster.StartAsync(options));
    }

    /// <summary>A new empty database of this name on a server, in place of any old one.</summary>
    public static async Task<PgDatabase> FreshAsync(PgCluster cluster, string name)
    {
        await DropAsync(cluster, name);
        await cluster.CreateDatabaseAsync(name);
        return new PgDatabase(cluster, name);
    }

    public static Task DropAsync(PgCluster cluster, string name)
        => cluster.ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    /// <summary>Both servers flushed, so that one measurement does not pay for the writes of the one before.</summary>
    public Task SettleAsync() => Task.WhenAll(Source.ExecuteAsync("postgres", "CHECKPOINT"), Target.ExecuteAsync("postgres", "CHECKPOINT"));

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
