using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>Asks about topics and takes away those of a run. Everything can be repeated: what is gone already is fine.</summary>
internal sealed class KafkaTopics : ITopicFacts, IDisposable
{
    private readonly KafkaOptions _options;
    private readonly IAdminClient _admin;
    private bool _withoutIds;

    public KafkaTopics(KafkaOptions options)
    {
        _options = options.Checked();
        _admin = KafkaBuild.Admin(_options);
    }

    /// <summary>Names of the topics that begin with the prefix.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Transient: the brokers do not answer.</exception>
    public IReadOnlyList<string> List(string prefix) =>
        [.. AllTopics().Select(t => t.Topic).Where(t => t.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SeenTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        if (topics.Count == 0) return [];
        if (!_withoutIds)
        {
            try
            {
                return await DescribeWithIdsAsync(topics, ct);
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_UnsupportedFeature)
            {
                // A broker that is down fails here below, too; one that is up but names no controller does not.
                var seen = Described(topics);
                _withoutIds = true;
                return seen;
            }
            catch (KafkaException e)
            {
                throw KafkaFault.Of(e.Error, "describe topics", _options, e);
            }
        }

        return await Task.Run(() => Described(topics), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), OffsetRange>> RangesAsync(
        IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken ct)
    {
        var result = new Dictionary<(string, int), OffsetRange>();
        if (partitions.Count == 0) return result;
        // Last first: a partition that grows in between is only longer than we say.
        var high = await OffsetsAsync(partitions, OffsetSpec.Latest(), ct);
        var low = await OffsetsAsync(partitions, OffsetSpec.Earliest(), ct);
        foreach (var (key, from) in low)
            if (high.TryGetValue(key, out var to)) result[key] = new OffsetRange(from, Math.Max(from, to));
        return result;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> CleanupPoliciesAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        if (topics.Count == 0) return new Dictionary<string, string>();
        var asked = topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t });
        try
        {
            var answer = await _admin.DescribeConfigsAsync(asked, new DescribeConfigsOptions { RequestTimeout = _options.RequestTimeout }).WaitAsync(ct);
            return answer.ToDictionary(a => a.ConfigResource.Name, a => Policy(a.Entries));
        }
        catch (DescribeConfigsException e)
        {
            return e.Results.Where(r => !r.Error.IsError).ToDictionary(r => r.ConfigResource.Name, r => Policy(r.Entries));
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.Local_TimedOut)
        {
            return new Dictionary<string, string>();
        }
        catch (KafkaException e)
        {
            throw KafkaFault.Of(e.Error, "show the settings of topics", _options, e);
        }
    }

    /// <summary>Deletes topics of a run.</summary>
    /// <param name="prefix">What all of them must begin with: the topic prefix with the run's id in it.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task DeleteAsync(string prefix, IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        foreach (var topic in topics)
            if (prefix.Length == 0 || !topic.StartsWith(prefix, StringComparison.Ordinal)) throw KafkaErrors.NotOurs($"Topic {topic}", prefix);
        if (topics.Count == 0) return;
        var timeouts = new DeleteTopicsOptions { RequestTimeout = _options.RequestTimeout, OperationTimeout = _options.RequestTimeout };
        try
        {
            await _admin.DeleteTopicsAsync(topics, timeouts).WaitAsync(ct);
        }
        catch (DeleteTopicsException e)
        {
            ThrowUnless(e.Results.Select(r => (r.Topic, r.Error)), ErrorCode.UnknownTopicOrPart, "delete topic");
        }
        catch (KafkaException e)
        {
            throw KafkaFault.Of(e.Error, "delete topics", _options, e);
        }
    }

    /// <summary>Deletes a run's consumer group; fails while a member of it is alive.</summary>
    /// <param name="prefix">What its name must begin with.</param>
    /// <param name="group">The group.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task DeleteGroupAsync(string prefix, string group, CancellationToken ct)
    {
        if (prefix.Length == 0 || !group.StartsWith(prefix, StringComparison.Ordinal)) throw KafkaErrors.NotOurs($"Consumer group {group}", prefix);
        try
        {
            // Asked first not for speed: to delete on a broker that cannot makes librdkafka 2.16 free a queue twice and abort
            // the process (https://github.com/confluentinc/librdkafka/pull/5397); to list on one is refused like anything else.
            if (await Task.Run(() => _admin.ListGroup(group, _options.RequestTimeout), ct) is null) return;
            await _admin.DeleteGroupsAsync([group], new DeleteGroupsOptions { RequestTimeout = _options.RequestTimeout }).WaitAsync(ct);
        }
        catch (DeleteGroupsException e)
        {
            ThrowUnless(e.Results.Select(r => (r.Group, r.Error)), ErrorCode.GroupIdNotFound, "delete consumer group");
        }
        catch (KafkaException e)
        {
            throw KafkaFault.Of(e.Error, "delete the consumer group", _options, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _admin.Dispose();

    private static string Policy(Dictionary<string, ConfigEntryResult> entries) =>
        entries.TryGetValue("cleanup.policy", out var entry) ? entry.Value ?? "" : "";

    private void ThrowUnless(IEnumerable<(string Name, Error Error)> results, ErrorCode fine, string what)
    {
        foreach (var (name, error) in results)
            if (error.IsError && error.Code != fine) throw KafkaFault.Of(error, $"{what} {name}", _options);
    }

    private async Task<IReadOnlyList<SeenTopic>> DescribeWithIdsAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        IReadOnlyList<TopicDescription> found;
        try
        {
            var options = new DescribeTopicsOptions { RequestTimeout = _options.RequestTimeout };
            found = (await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics), options).WaitAsync(ct)).TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            found = e.Results.TopicDescriptions;
        }

        foreach (var topic in found.Where(t => t.Error.Code is ErrorCode.TopicAuthorizationFailed))
            throw KafkaErrors.Authorization($"topic {topic.Name}", topic.Error.Reason);
        return [.. found.Where(t => !t.Error.IsError).Select(t => new SeenTopic(t.Name, IdText(t.TopicId), t.Partitions.Count))];
    }

    private static string? IdText(Uuid? id) => id is null || (id.MostSignificantBits == 0 && id.LeastSignificantBits == 0) ? null : id.ToString();

    // All topics, not by name: asking a broker for a name may create it.
    private IReadOnlyList<SeenTopic> Described(IReadOnlyCollection<string> topics)
    {
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        return [.. AllTopics().Where(t => wanted.Contains(t.Topic) && !t.Error.IsError).Select(t => new SeenTopic(t.Topic, null, t.Partitions.Count))];
    }

    private List<TopicMetadata> AllTopics()
    {
        try
        {
            return _admin.GetMetadata(_options.RequestTimeout).Topics;
        }
        catch (KafkaException e)
        {
            throw KafkaFault.Of(e.Error, "list topics", _options, e);
        }
    }

    private async Task<Dictionary<(string, int), long>> OffsetsAsync(
        IReadOnlyCollection<(string Topic, int Partition)> partitions, OffsetSpec which, CancellationToken ct)
    {
        var asked = partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(p.Topic, p.Partition), OffsetSpec = which });
        var options = new ListOffsetsOptions { RequestTimeout = _options.RequestTimeout, IsolationLevel = IsolationLevel.ReadCommitted };
        List<ListOffsetsResultInfo> found;
        try
        {
            found = (await _admin.ListOffsetsAsync(asked, options).WaitAsync(ct)).ResultInfos;
        }
        catch (ListOffsetsException e)
        {
            found = e.Result.ResultInfos;
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_NoEnt)
        {
            // None of them has a leader now.
            return [];
        }
        catch (KafkaException e)
        {
            throw KafkaFault.Of(e.Error, "list offsets", _options, e);
        }

        // A negative offset is the library's "not answered"; such partitions are asked for again at the next look.
        return found.Select(f => f.TopicPartitionOffsetError).Where(f => !f.Error.IsError && f.Offset.Value >= 0)
            .ToDictionary(f => (f.Topic, f.Partition.Value), f => f.Offset.Value);
    }
}
