namespace Orchestrator.Core.Runs;

/// <summary>Where a connector of Debezium's is to run, and how it reaches the source. Given: changes come by way of Kafka.</summary>
public sealed record DebeziumOptions
{
    /// <summary>Kafka's brokers as this process reaches them, <c>host:port,host:port</c>.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>Kafka Connect's REST API, <c>http://user:password@host:8083</c>; a secret.</summary>
    public required string ConnectUrl { get; init; }

    /// <summary>First part of the names of topics, connector and consumer group; null: none, they begin with <c>orchestrator-</c>.</summary>
    public string? TopicPrefix { get; init; }

    /// <summary>The source as Connect's workers reach it, <c>host</c> or <c>host:port</c>; null: as this process does.</summary>
    public string? SourceHost { get; init; }

    /// <summary>
    /// What stands for the source's password in the connector's configuration, a reference that only the workers resolve
    /// (<c>${file:/secrets/source.properties:password}</c>); null: the password itself, which Connect stores in plain text.
    /// </summary>
    public string? PasswordReference { get; init; }

    /// <summary>File with further settings for Kafka's client, <c>name=value</c> a line; may hold secrets, read at each start. Null: none.</summary>
    public string? ClientFile { get; init; }

    /// <summary>The brokers as Connect's workers reach them, by which a MySQL or MariaDB connector keeps its history of the tables' structure; null: as this process does.</summary>
    public string? ConnectorBootstrapServers { get; init; }

    /// <summary>Partitions of the topics that tables' changes go to. 1-1000.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Into how many parts rows are divided so that several processes apply them; 0: the driving process applies everything itself. 0-64.</summary>
    public int ApplyParts { get; init; }
}
