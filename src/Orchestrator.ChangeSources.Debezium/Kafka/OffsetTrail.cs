namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Where each partition goes on; proves that no record between two others was left out.</summary>
internal sealed class OffsetTrail
{
    private readonly Dictionary<(string Topic, int Partition), long> _next = [];

    /// <summary>Begins or goes on with a partition at that offset.</summary>
    public void Begin(string topic, int partition, long offset) => _next[(topic, partition)] = offset;

    public bool Has(string topic, int partition) => _next.ContainsKey((topic, partition));

    /// <summary>Takes a record in.</summary>
    /// <returns>False: it was handed out before, or its partition was never begun.</returns>
    /// <exception cref="Core.Errors.OrchestratorException">Data: records before it are missing (CASES C9).</exception>
    public bool Accept(string topic, int partition, long offset, Func<string, bool> mayJump)
    {
        if (!_next.TryGetValue((topic, partition), out var next) || offset < next) return false;
        if (offset > next && !mayJump(topic)) throw KafkaErrors.Jump(topic, partition, next, offset);
        _next[(topic, partition)] = offset + 1;
        return true;
    }
}
