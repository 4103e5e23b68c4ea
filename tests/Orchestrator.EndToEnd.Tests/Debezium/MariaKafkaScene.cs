using Orchestrator.Core.Runs;
using Orchestrator.EndToEnd.Tests.MySql;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>A migration from MariaDB whose changes come by way of Kafka's protocol, from a connector that stands in for Debezium's.</summary>
internal sealed class MariaKafkaScene : IAsyncDisposable
{
    private readonly KafkaSide _kafka = new();

    private MariaKafkaScene(MySqlScene run) => Run = run;

    public MySqlScene Run { get; }

    public StandInConnect Connect => _kafka.Connect;

    public MockBroker Broker => _kafka.Broker;

    /// <summary>The run's connector; there is one.</summary>
    public string Connector => Assert.Single(Connect.Connectors);

    public static async Task<MariaKafkaScene> OpenAsync(string name, string load, int partitions = 1)
    {
        var scene = new MariaKafkaScene(await MySqlScene.OpenAsync(name, load));
        scene.Run.Options = scene.Options(partitions);
        return scene;
    }

    /// <summary>What a run is told to go by way of Kafka.</summary>
    public Func<MigrationOptions, MigrationOptions> Options(int partitions = 1) =>
        o => o with { Debezium = new DebeziumOptions { BootstrapServers = Broker.BootstrapServers, ConnectUrl = Connect.Url, Partitions = partitions } };

    /// <summary>Topics stay when a connector is deleted, as they do.</summary>
    public bool KeepsTopics
    {
        set => _kafka.KeepsTopics = value;
    }

    /// <summary>Name of the run's table of markers; null: there is none.</summary>
    public async Task<string?> MarkerAsync() =>
        (await Run.Source.QueryRowsAsync("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'orchestrator%'")).SingleOrDefault()?[0];

    /// <summary>Switches over and compares every row of both sides; nothing of the run is left on the source.</summary>
    public async Task FinishAsync()
    {
        await Run.CutOverAsync();
        Assert.Null(await MarkerAsync());
        await MySqlCompare.RequireEqualAsync(Run.Source, Run.Target);
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await _kafka.DisposeAsync();
    }
}
