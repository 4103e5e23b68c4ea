namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>One record as the broker handed it out.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its place there.</param>
/// <param name="Key">Null: none (a table without key).</param>
/// <param name="Value">Null: a tombstone.</param>
internal readonly record struct KafkaRecord(string Topic, int Partition, long Offset, byte[]? Key, byte[]? Value);

/// <summary>Records of several partitions, each partition's in order; not for concurrent use.</summary>
internal interface IRecordFeed : IDisposable
{
    /// <summary>The brokers answered when they were last asked; before the first answer, no. For people to see; may be read by other threads.</summary>
    bool IsConnected { get; }

    /// <summary>What is wrong with the connection, without secrets; null: nothing.</summary>
    string? LastError { get; }

    /// <summary>The next record of any partition that is not paused; null if none came in time, also while no broker can be reached.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Data: records we need are gone, or their order is not known. Configuration: the brokers refuse us.</exception>
    KafkaRecord? Next(TimeSpan wait, CancellationToken ct);

    /// <summary>Stops handing out a partition's records until it is resumed: its events are further ahead than memory allows.</summary>
    void Pause(string topic, int partition);

    void Resume(string topic, int partition);

    /// <summary>What is awaited may be in a topic that does not exist yet: those are looked for soon.</summary>
    void Hurry();

    /// <summary>Tells the brokers that everything before these offsets is durable on the target; never fails, the next one repeats it.</summary>
    void Commit(IReadOnlyDictionary<(string Topic, int Partition), long> next);
}
