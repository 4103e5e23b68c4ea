using System.Security.Cryptography;
using Orchestrator.TestKit;

namespace Orchestrator.Demo;

/// <summary>The old server with the shop on it and the new, empty one.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private const string Database = "shop";
    private readonly string _applicationPassword = RandomNumberGenerator.GetHexString(20, lowercase: true);

    private Servers(PgCluster oldServer, PgCluster newServer)
        => (Source, Target) = (new PgDatabase(oldServer, Database), new PgDatabase(newServer, Database));

    public PgDatabase Source { get; }

    public PgDatabase Target { get; }

    public static async Task<Servers> StartAsync()
    {
        var options = new PgClusterOptions { Fsync = true };
        var servers = new Servers(await PgCluster.StartAsync(options), await PgCluster.StartAsync(options));
        foreach (var database in (PgDatabase[])[servers.Source, servers.Target])
        {
            await database.Cluster.ExecuteAsync("postgres", $"CREATE ROLE shop_app LOGIN PASSWORD '{servers._applicationPassword}'");
            await database.Cluster.CreateDatabaseAsync(Database);
        }
        await using var script = typeof(Servers).Assembly.GetManifestResourceStream("shop.sql")!;
        await servers.Source.Cluster.PsqlAsync(Database, script);
        return servers;
    }

    /// <summary>How the application reaches a database: with a role that owns nothing.</summary>
    public string ForApplication(PgDatabase database)
        => database.Cluster.ConnectionString(Database, "shop_app", _applicationPassword);

    public async ValueTask DisposeAsync()
    {
        await Source.Cluster.DisposeAsync();
        await Target.Cluster.DisposeAsync();
    }
}
