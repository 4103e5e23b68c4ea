namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>A topic as the brokers describe it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">What tells it from a later one of the same name (Kafka 2.8 and newer); null: not known.</param>
/// <param name="Partitions">How many it has.</param>
internal sealed record SeenTopic(string Name, string? Id, int Partitions);

/// <summary>What the brokers say of topics; creates none by asking.</summary>
internal interface ITopicFacts
{
    /// <summary>Those of the topics that exist.</summary>
    Task<IReadOnlyList<SeenTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken ct);

    /// <summary>What the partitions hold; those whose leader does not answer are left out.</summary>
    Task<IReadOnlyDictionary<(string Topic, int Partition), OffsetRange>> RangesAsync(IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken ct);

    /// <summary>The topics' <c>cleanup.policy</c>; those we may not see are left out.</summary>
    Task<IReadOnlyDictionary<string, string>> CleanupPoliciesAsync(IReadOnlyCollection<string> topics, CancellationToken ct);
}
