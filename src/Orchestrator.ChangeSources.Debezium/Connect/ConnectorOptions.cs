using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>The source as Kafka Connect's workers reach it, which need not be how we do.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Database">PostgreSQL: the database followed. Not used for MySQL and MariaDB.</param>
/// <param name="User">Account with the right to replicate.</param>
/// <param name="Password">
/// A secret, stored by Connect in plain text and shown by its REST API. Better a reference that only the workers resolve,
/// <c>${file:/secrets/source.properties:password}</c> (https://kafka.apache.org/documentation/#connect_configproviders).
/// </param>
internal sealed record ConnectorSource(string Host, int Port, string Database, string User, string Password)
{
    /// <summary>In the connector's own words (PostgreSQL <c>verify-full</c>, MySQL <c>verify_identity</c>, ...); null: its default.</summary>
    public string? TlsMode { get; init; }
}

/// <summary>What a connector's configuration is made from.</summary>
internal sealed record ConnectorOptions
{
    public required ConnectorKind Kind { get; init; }

    public required ConnectorNames Names { get; init; }

    public required ConnectorSource Source { get; init; }

    /// <summary>The tables followed; schema means database for MySQL and MariaDB. At least one.</summary>
    public required IReadOnlyList<TableRef> Tables { get; init; }

    /// <summary>PostgreSQL: the slot, which the run created.</summary>
    public string Slot { get; init; } = "";

    /// <summary>PostgreSQL: the publication, which the run created.</summary>
    public string Publication { get; init; } = "";

    /// <summary>The connector copies the rows too (<c>snapshot.mode=initial</c>) instead of us.</summary>
    public bool ConnectorCopiesRows { get; init; }

    /// <summary>MySQL, MariaDB: number the connector registers with as a replica; no other replica may have it. 1 to 4294967295.</summary>
    public uint ServerId { get; init; }

    /// <summary>MySQL, MariaDB: the brokers as the workers reach them, for the connector's own history of DDL.</summary>
    public string BootstrapServers { get; init; } = "";

    /// <summary>MySQL, MariaDB: how that history's clients log in, e.g. <c>security.protocol</c>.</summary>
    public IReadOnlyDictionary<string, string> KafkaClient { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Pause between heartbeats: how far behind an idle source's position may stay.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Partitions of data topics; the others have one.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Copies of each topic; -1: the brokers' default.</summary>
    public int ReplicationFactor { get; init; } = -1;

    /// <summary>Longest record in bytes, for the producer and the topics.</summary>
    public int MaxRecordBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Settings of the connector's own producer; off where the workers' <c>connector.client.config.override.policy</c> is not
    /// <c>All</c>.
    /// </summary>
    public bool OverrideProducer { get; init; } = true;
}
