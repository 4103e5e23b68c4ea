using Orchestrator.ChangeSources.Debezium.Kafka;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>Asks for one partition's offsets at a time: the mock broker inside Debian's kcat answers a list of them wrongly.</summary>
internal sealed class OneByOne(ITopicFacts inner) : ITopicFacts
{
    public Task<IReadOnlyList<SeenTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken ct) => inner.DescribeAsync(topics, ct);

    public async Task<IReadOnlyDictionary<(string Topic, int Partition), OffsetRange>> RangesAsync(
        IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken ct)
    {
        var result = new Dictionary<(string, int), OffsetRange>();
        foreach (var place in partitions)
            foreach (var (key, range) in await inner.RangesAsync([place], ct)) result[key] = range;
        return result;
    }

    public Task<IReadOnlyDictionary<string, string>> CleanupPoliciesAsync(IReadOnlyCollection<string> topics, CancellationToken ct) =>
        inner.CleanupPoliciesAsync(topics, ct);
}
