using Confluent.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>
/// Reads all partitions of the given topics from given offsets, in one process and without a group's rebalancing. Topics
/// that do not exist yet are taken in when they appear. What would make the stream incomplete or its order unknown stops it.
/// </summary>
internal sealed class KafkaRecordFeed : IRecordFeed
{
    private readonly KafkaOptions _options;
    private readonly ITopicFacts _facts;
    private readonly TopicWatch _watch;
    private readonly IReadOnlyDictionary<(string Topic, int Partition), long> _start;
    private readonly ConsumerLink _link;
    private readonly OffsetReports _reports;
    private readonly OffsetTrail _trail = new();
    private readonly HashSet<(string Topic, int Partition)> _paused = [];
    private readonly HashSet<(string Topic, int Partition)> _found = [];
    private readonly Looks<IReadOnlyList<(string Topic, int Partition, long Offset)>> _looks;
    private readonly int _topics;
    private volatile bool _isWhole;

    /// <param name="options">Where the brokers are.</param>
    /// <param name="topics">Every topic to read, by its exact name, also those that do not exist yet.</param>
    /// <param name="start">The first offset wanted of a partition; partitions not in it are read from offset 0.</param>
    /// <param name="known">What the topics were when the offsets were written down; empty at a run's beginning.</param>
    /// <param name="facts">Who is asked about topics; not disposed here.</param>
    /// <param name="time">Measures waits.</param>
    public KafkaRecordFeed(
        KafkaOptions options, IReadOnlyCollection<string> topics, IReadOnlyDictionary<(string Topic, int Partition), long> start,
        IReadOnlyDictionary<string, KnownTopic> known, ITopicFacts facts, TimeProvider time)
    {
        (_options, _start, _facts, _topics) = (options.Checked(), start, facts, topics.Count);
        _watch = new TopicWatch(facts, topics, Remembered(start, known), options, time);
        _link = new ConsumerLink(options, time);
        _reports = new OffsetReports(_link.Consumer.Commit);
        _looks = new Looks<IReadOnlyList<(string, int, long)>>(LookAsync, options.Refresh, time);
    }

    /// <inheritdoc/>
    public bool IsConnected => _link.IsConnected;

    /// <inheritdoc/>
    public string? LastError => _link.LastError;

    /// <summary>Why the last report of offsets did not arrive; null: it did. Lag tools are behind then, nothing else.</summary>
    public string? CommitError => _reports.LastError;

    /// <summary>The topics read so far, to be kept with the checkpoint.</summary>
    public IReadOnlyDictionary<string, KnownTopic> Known => _watch.Known;

    /// <inheritdoc/>
    public KafkaRecord? Next(TimeSpan wait, CancellationToken ct) =>
        _link.Next(wait, Watch, r => _trail.Accept(r.Topic, r.Partition.Value, r.Offset.Value, _watch.MayJump), Gap, ct);

    /// <inheritdoc/>
    public void Pause(string topic, int partition)
    {
        if (_paused.Add((topic, partition)) && _trail.Has(topic, partition)) _link.Consumer.Pause([new TopicPartition(topic, partition)]);
    }

    /// <inheritdoc/>
    public void Resume(string topic, int partition)
    {
        if (_paused.Remove((topic, partition)) && _trail.Has(topic, partition)) _link.Consumer.Resume([new TopicPartition(topic, partition)]);
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<(string Topic, int Partition), long> next) => _reports.Report(next);

    /// <inheritdoc/>
    public void Hurry()
    {
        if (!_isWhole) _looks.Hurry();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _looks.Dispose();
        _reports.Wait(TimeSpan.FromSeconds(2));
        _link.Dispose();
    }

    // A topic of which records were read before must be there, also if its id was never known.
    private static Dictionary<string, KnownTopic> Remembered(
        IReadOnlyDictionary<(string Topic, int Partition), long> start, IReadOnlyDictionary<string, KnownTopic> known)
    {
        var result = new Dictionary<string, KnownTopic>(known, StringComparer.Ordinal);
        foreach (var topic in start.Where(s => s.Value > 0).Select(s => s.Key.Topic).Distinct(StringComparer.Ordinal))
            result.TryAdd(topic, new KnownTopic(null, KnownTopic.NotCounted));
        return result;
    }

    // One look at a time, so what it has found is its own.
    private async Task<IReadOnlyList<(string Topic, int Partition, long Offset)>> LookAsync(CancellationToken ct)
    {
        var seen = await _watch.LookAsync(ct);
        _isWhole = seen.Count == _topics;
        var fresh = seen.SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => (t.Name, p))).Where(p => !_found.Contains(p)).ToList();
        var begin = await StartOffsets.CheckAsync(_facts, fresh, _start, ct);
        foreach (var (topic, partition, _) in begin) _found.Add((topic, partition));
        return begin;
    }

    private void Watch()
    {
        if (_link.MissedTopic) _looks.Hurry();
        _link.MissedTopic = false;
        try
        {
            if (!_looks.TryTake(out var begin)) return;
            _link.Answered();
            Begin(begin);
        }
        catch (OrchestratorException e) when (e.Kind == ErrorKind.Transient)
        {
            _link.Missed(e.Message);
        }
    }

    private void Begin(IReadOnlyList<(string Topic, int Partition, long Offset)> partitions)
    {
        if (partitions.Count == 0) return;
        _link.Consumer.IncrementalAssign(partitions.Select(p => new TopicPartitionOffset(p.Topic, p.Partition, p.Offset)));
        foreach (var (topic, partition, offset) in partitions) _trail.Begin(topic, partition, offset);
        var paused = partitions.Where(p => _paused.Contains((p.Topic, p.Partition))).Select(p => new TopicPartition(p.Topic, p.Partition)).ToList();
        if (paused.Count > 0) _link.Consumer.Pause(paused);
    }

    private OrchestratorException Gap(TopicPartitionOffset place) => GapError.Of(_facts, _watch, place, _options);
}
