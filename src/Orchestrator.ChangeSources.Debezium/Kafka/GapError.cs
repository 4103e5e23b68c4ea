using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Says what a partition still has when the offset we want is not there.</summary>
internal static class GapError
{
    /// <summary>Blocks while the brokers are asked. A topic that was made again is the reason behind the gap, then.</summary>
    public static OrchestratorException Of(ITopicFacts facts, TopicWatch watch, TopicPartitionOffset place, KafkaOptions options)
    {
        var key = (place.Topic, place.Partition.Value);
        using var limit = new CancellationTokenSource(options.RequestTimeout);
        var range = OffsetRange.Unknown;
        try
        {
            watch.RequireSameAsync(place.Topic, limit.Token).GetAwaiter().GetResult();
            range = facts.RangesAsync([key], limit.Token).GetAwaiter().GetResult().GetValueOrDefault(key, OffsetRange.Unknown);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Data)
        {
            return e;
        }
        catch (Exception e) when (e is OperationCanceledException or OrchestratorException { Kind: ErrorKind.Transient })
        {
            // The gap is what counts; what is left is only for the sentence.
        }

        return StartOffsets.Gap(place.Topic, place.Partition.Value, place.Offset.Value, range);
    }
}
