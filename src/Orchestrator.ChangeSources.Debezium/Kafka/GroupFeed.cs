using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// One member of a consumer group: the brokers divide the partitions among the members' processes (cooperative-sticky), so
/// each partition is read by one at a time. A partition changes hands; the truth of how far it is applied is on the target.
/// </summary>
internal sealed class GroupFeed : IRecordFeed
{
    private readonly KafkaOptions _options;
    private readonly ITopicFacts _facts;
    private readonly IPartitionOwner _owner;
    private readonly TopicWatch _watch;
    private readonly ConsumerLink _link;
    private readonly OffsetReports _reports;
    private readonly OffsetTrail _trail = new();
    private readonly Looks<IReadOnlyList<SeenTopic>> _looks;
    private ExceptionDispatchInfo? _failed;

    /// <param name="options">Where the brokers are, and the group.</param>
    /// <param name="topics">Every topic to read, by its exact name; the same for each member.</param>
    /// <param name="known">What the topics were when offsets were written down.</param>
    /// <param name="owner">Told of partitions that come and go.</param>
    /// <param name="facts">Who is asked about topics; not disposed here.</param>
    /// <param name="time">Measures waits.</param>
    public GroupFeed(
        KafkaOptions options, IReadOnlyCollection<string> topics, IReadOnlyDictionary<string, KnownTopic> known,
        IPartitionOwner owner, ITopicFacts facts, TimeProvider time)
    {
        (_options, _owner, _facts) = (options.Checked(), owner, facts);
        _watch = new TopicWatch(facts, topics, known, options, time);
        _link = new ConsumerLink(options, time, builder => builder
            .SetPartitionsAssignedHandler((_, given) => Take(given))
            .SetPartitionsRevokedHandler((_, gone) => Release(gone, lost: false))
            .SetPartitionsLostHandler((_, gone) => Release(gone, lost: true)));
        _reports = new OffsetReports(_link.Consumer.Commit);
        _looks = new Looks<IReadOnlyList<SeenTopic>>(_watch.LookAsync, options.Refresh, time);
        _link.Consumer.Subscribe(topics);
    }

    /// <inheritdoc/>
    public bool IsConnected => _link.IsConnected;

    /// <inheritdoc/>
    public string? LastError => _link.LastError;

    /// <summary>Why the last report of offsets did not arrive; null: it did. Lag tools are behind then, nothing else.</summary>
    public string? CommitError => _reports.LastError;

    /// <summary>The topics seen so far, to be kept with the checkpoint.</summary>
    public IReadOnlyDictionary<string, KnownTopic> Known => _watch.Known;

    /// <inheritdoc/>
    public KafkaRecord? Next(TimeSpan wait, CancellationToken ct) => _link.Next(wait, Watch, Accept, Gap, ct);

    /// <inheritdoc/>
    public void Hurry() => _looks.Hurry();

    /// <inheritdoc/>
    public void Pause(string topic, int partition)
    {
        if (_trail.Has(topic, partition)) _link.Consumer.Pause([new TopicPartition(topic, partition)]);
    }

    /// <inheritdoc/>
    public void Resume(string topic, int partition)
    {
        if (_trail.Has(topic, partition)) _link.Consumer.Resume([new TopicPartition(topic, partition)]);
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<(string Topic, int Partition), long> next) => _reports.Report(next);

    /// <summary>Leaves the group, so that the others take over at once and not after the session's time.</summary>
    public void Dispose()
    {
        _looks.Dispose();
        _reports.Wait(TimeSpan.FromSeconds(2));
        try
        {
            _link.Consumer.Close();
        }
        catch (KafkaException e)
        {
            // Without a broker there is nobody to tell; the session ends by itself.
            System.Diagnostics.Trace.WriteLine(e.Error.Code);
        }

        _link.Dispose();
    }

    private void Watch()
    {
        // What failed inside a callback: the library would wrap it or drop it.
        if (Interlocked.Exchange(ref _failed, null) is { } failed) failed.Throw();
        try
        {
            if (_looks.TryTake(out _)) _link.Answered();
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            _link.Missed(e.Message);
        }
    }

    // A partition that came in this very poll is begun; one whose beginning failed has no trail and hands out nothing.
    private bool Accept(ConsumeResult<byte[]?, byte[]?> record) =>
        _trail.Accept(record.Topic, record.Partition.Value, record.Offset.Value, _watch.MayJump);

    private IEnumerable<TopicPartitionOffset> Take(List<TopicPartition> given)
    {
        try
        {
            var places = given.ConvertAll(Place);
            var begin = Begin(places, _owner.Take(places));
            foreach (var (topic, partition, offset) in begin) _trail.Begin(topic, partition, offset);
            return [.. begin.Select(b => new TopicPartitionOffset(b.Topic, b.Partition, b.Offset))];
        }
        catch (Exception e)
        {
            _failed = ExceptionDispatchInfo.Capture(e);
            // Assigned all the same, as the protocol wants, but at the end: nothing of them is accepted.
            return [.. given.Select(g => new TopicPartitionOffset(g, Offset.End))];
        }
    }

    private IReadOnlyList<(string Topic, int Partition, long Offset)> Begin(
        List<(string Topic, int Partition)> places, IReadOnlyDictionary<(string Topic, int Partition), long> wanted)
    {
        if (places.Count == 0) return [];
        using var limit = new CancellationTokenSource(_options.RequestTimeout * 3);
        var begin = StartOffsets.CheckAsync(_facts, places, wanted, limit.Token).GetAwaiter().GetResult();
        return begin.Count == places.Count ? begin
            : throw KafkaErrors.Unreachable(_options.BootstrapServers, "a partition that was given to us has no leader");
    }

    private void Release(List<TopicPartitionOffset> gone, bool lost)
    {
        try
        {
            var places = gone.ConvertAll(g => Place(g.TopicPartition));
            foreach (var (topic, partition) in places) _trail.End(topic, partition);
            _owner.Release(places, lost);
        }
        catch (Exception e)
        {
            _failed = ExceptionDispatchInfo.Capture(e);
        }
    }

    private static (string Topic, int Partition) Place(TopicPartition partition) => (partition.Topic, partition.Partition.Value);

    private OrchestratorException Gap(TopicPartitionOffset place) => GapError.Of(_facts, _watch, place, _options);
}
