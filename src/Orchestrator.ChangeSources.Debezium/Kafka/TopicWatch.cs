namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>A topic as it was when its first record was read; belongs to the checkpoint.</summary>
/// <param name="Id">Its id; null: the brokers gave none, so a new topic of that name is only noticed by its length.</param>
/// <param name="Partitions">How many partitions it had: one more would break the order of a row's changes.</param>
internal sealed record KnownTopic(string? Id, int Partitions)
{
    /// <summary>Stands for a number of partitions nobody wrote down.</summary>
    public const int NotCounted = 0;
}

/// <summary>
/// Looks at the topics we read or wait for. A topic that does not exist yet is no error: a table's first event creates it.
/// One that we know must stay what it was: same id, same partitions, not compacted (CASES C9, X11).
/// </summary>
internal sealed class TopicWatch(
    ITopicFacts facts, IReadOnlyCollection<string> topics, IReadOnlyDictionary<string, KnownTopic> known, KafkaOptions options, TimeProvider time)
{
    private const int PolicyEvery = 12;
    private readonly Dictionary<string, KnownTopic> _known = new(known, StringComparer.Ordinal);
    private readonly Dictionary<string, long> _missingSince = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private Dictionary<string, string> _policies = new(StringComparer.Ordinal);
    private int _looks;

    /// <summary>The topics seen so far.</summary>
    public IReadOnlyDictionary<string, KnownTopic> Known
    {
        get
        {
            lock (_known) return new Dictionary<string, KnownTopic>(_known);
        }
    }

    /// <summary>The brokers said that nothing compacts this topic, so offsets it leaves out are markers of transactions.</summary>
    public bool MayJump(string topic) => options.TransactionalProducer || Volatile.Read(ref _policies).ContainsKey(topic);

    /// <summary>Looks once; the topics that exist.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Data: a topic is gone or another one. Configuration: it is compacted. Transient: no answer.</exception>
    public async Task<IReadOnlyList<SeenTopic>> LookAsync(CancellationToken ct)
    {
        var seen = await facts.DescribeAsync(topics, ct);
        lock (_known)
        {
            CheckMissing(seen);
            foreach (var topic in seen) CheckSame(topic);
        }

        await CheckPoliciesAsync(seen, ct);
        return seen;
    }

    /// <summary>Looks at one topic; may be called while another look is under way.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Data: it is another one than it was. Transient: no answer.</exception>
    public async Task RequireSameAsync(string topic, CancellationToken ct)
    {
        var seen = await facts.DescribeAsync([topic], ct);
        lock (_known)
            foreach (var found in seen) CheckSame(found);
    }

    private void CheckMissing(IReadOnlyList<SeenTopic> seen)
    {
        var there = seen.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var topic in _known.Keys)
        {
            if (there.Contains(topic))
                _missingSince.Remove(topic);
            else if (!_missingSince.TryGetValue(topic, out var since))
                _missingSince[topic] = time.GetTimestamp();
            else if (time.GetElapsedTime(since) >= options.MissingTopicGrace)
                throw KafkaErrors.Deleted(topic, "no longer exists");
        }
    }

    private void CheckSame(SeenTopic topic)
    {
        if (!_known.TryGetValue(topic.Name, out var before))
        {
            _known[topic.Name] = new KnownTopic(topic.Id, topic.Partitions);
            return;
        }

        if (before.Id is not null && topic.Id is not null && before.Id != topic.Id)
            throw KafkaErrors.Deleted(topic.Name, $"was deleted and made again (its id was {before.Id} and is {topic.Id})");
        if (before.Partitions == KnownTopic.NotCounted) before = before with { Partitions = topic.Partitions };
        if (before.Partitions != topic.Partitions) throw KafkaErrors.Repartitioned(topic.Name, before.Partitions, topic.Partitions);
        _known[topic.Name] = before with { Id = before.Id ?? topic.Id };
    }

    // Asked for when a topic is new, and about once a minute of all: somebody may change them.
    private async Task CheckPoliciesAsync(IReadOnlyList<SeenTopic> seen, CancellationToken ct)
    {
        var all = _looks++ % PolicyEvery == 0;
        var asked = seen.Select(t => t.Name).Where(t => _asked.Add(t) || all).ToList();
        var found = await facts.CleanupPoliciesAsync(asked, ct);
        var policies = new Dictionary<string, string>(_policies, StringComparer.Ordinal);
        foreach (var topic in asked)
        {
            policies.Remove(topic);
            if (!found.TryGetValue(topic, out var policy)) continue;
            if (policy.Contains("compact", StringComparison.Ordinal)) throw KafkaErrors.Compacted(topic, policy);
            policies[topic] = policy;
        }

        Volatile.Write(ref _policies, policies);
    }
}
