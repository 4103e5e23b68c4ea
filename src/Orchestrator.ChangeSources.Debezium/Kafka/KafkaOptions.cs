using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>How the brokers are reached and how much is kept in memory. Memory does not depend on what the topics hold.</summary>
internal sealed record KafkaOptions
{
    /// <summary>Brokers to begin with, <c>host:port,host:port</c>.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The consumer group: of one feed per process only a label for lag tools, of several processes what divides the partitions.</summary>
    public required string GroupId { get; init; }

    /// <summary>What the brokers call us in their logs and quotas.</summary>
    public string ClientId { get; init; } = "orchestrator";

    /// <summary>Security and network settings by librdkafka's names, <see cref="KafkaProperties.IsAllowed"/>; may hold secrets.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Most that is fetched ahead, over all partitions, in KiB.</summary>
    public int QueueKibibytes { get; init; } = 64 * 1024;

    /// <summary>Most that one answer of a broker carries, in bytes; a single larger record still comes.</summary>
    public int FetchBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most that one partition contributes to an answer, in bytes.</summary>
    public int PartitionFetchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How often topics are looked for that do not exist yet, and those that do are checked.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a topic we have read may be missing from the brokers' answers before it counts as deleted: a broker that starts knows none.</summary>
    public TimeSpan MissingTopicGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for one answer of a broker.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The producer writes transactions (Connect's <c>exactly.once.source.support</c>), so offsets may jump over their markers
    /// also where the brokers do not let us see that a topic is not compacted.
    /// </summary>
    public bool TransactionalProducer { get; init; }

    /// <summary>Each batch's checksum is verified; off only for brokers that write none (librdkafka's mock, for markers of transactions).</summary>
    public bool CheckCrcs { get; init; } = true;

    /// <summary>Refuses what cannot work, all of it together.</summary>
    /// <exception cref="OrchestratorException">Configuration.</exception>
    public KafkaOptions Checked()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(BootstrapServers)) faults.Add("no bootstrap servers are given");
        if (string.IsNullOrWhiteSpace(GroupId)) faults.Add("no consumer group is given");
        if (QueueKibibytes is < 1024 or > 2097151) faults.Add($"the queue is {QueueKibibytes} KiB, not 1024 to 2097151");
        if (FetchBytes is < 1024 * 1024 or > 1_000_000_000) faults.Add($"an answer is {FetchBytes} bytes, not 1 MiB to 1000000000");
        if (PartitionFetchBytes < 64 * 1024 || PartitionFetchBytes > FetchBytes) faults.Add($"a partition's share is {PartitionFetchBytes} bytes, not 64 KiB to the answer's size");
        faults.AddRange(Properties.Keys.Where(p => !KafkaProperties.IsAllowed(p)).Select(p => $"the property {p} is not one that may be set"));
        return faults.Count == 0 ? this : throw KafkaErrors.Options(string.Join("; ", faults));
    }

    /// <summary>Text for people: without the secrets among the properties.</summary>
    public string Masked(string? text) => SecretText.Mask(text, Properties.Where(p => KafkaProperties.IsSecret(p.Key)).Select(p => p.Value));

    /// <summary>Does not show properties: they hold secrets.</summary>
    public override string ToString() => $"{BootstrapServers}, group {GroupId}, {string.Join(", ", KafkaProperties.Shown(Properties))}";
}
