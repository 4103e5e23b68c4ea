namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// Who applies a group member's partitions. Both calls come from inside <see cref="IRecordFeed.Next"/>, on its thread.
/// What it throws comes out of that <see cref="IRecordFeed.Next"/>.
/// </summary>
internal interface IPartitionOwner
{
    /// <summary>These partitions are ours from now on.</summary>
    /// <returns>Where each goes on: read off the target, fenced against their owner before us. Those not in it are read from offset 0.</returns>
    IReadOnlyDictionary<(string Topic, int Partition), long> Take(IReadOnlyList<(string Topic, int Partition)> partitions);

    /// <summary>
    /// These partitions go to another member once this returns: finish or drop what is held of them. Their records that
    /// were handed out and are not durable yet will be read again by the next owner.
    /// </summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="lost">They belong to another already (we were silent too long): write nothing more of them.</param>
    void Release(IReadOnlyList<(string Topic, int Partition)> partitions, bool lost);
}
