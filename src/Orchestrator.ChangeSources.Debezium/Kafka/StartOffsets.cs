using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Where partitions are begun, and whether what follows is all there.</summary>
internal static class StartOffsets
{
    /// <summary>Those of the partitions whose leader answered, with where to begin: as wanted, or at 0 (the topic is of this run, so it must be whole).</summary>
    /// <exception cref="OrchestratorException">Data: the offset is not there.</exception>
    public static async Task<IReadOnlyList<(string Topic, int Partition, long Offset)>> CheckAsync(
        ITopicFacts facts, IReadOnlyCollection<(string Topic, int Partition)> partitions, IReadOnlyDictionary<(string Topic, int Partition), long> wanted, CancellationToken ct)
    {
        var ranges = await facts.RangesAsync(partitions, ct);
        var result = new List<(string, int, long)>(ranges.Count);
        foreach (var (place, range) in ranges)
        {
            var offset = wanted.GetValueOrDefault(place);
            if (!range.Reaches(offset)) throw Gap(place.Topic, place.Partition, offset, range);
            result.Add((place.Topic, place.Partition, offset));
        }

        return result;
    }

    /// <summary>The error for a partition where an offset is not there.</summary>
    public static OrchestratorException Gap(string topic, int partition, long wanted, OffsetRange range) =>
        wanted > range.High && range != OffsetRange.Unknown ? KafkaErrors.Shorter(topic, partition, wanted, range) : KafkaErrors.Gone(topic, partition, wanted, range);
}
