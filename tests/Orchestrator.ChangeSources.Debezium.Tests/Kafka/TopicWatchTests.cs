using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>Answers no mock broker gives, as Kafka documents them.</summary>
public sealed class TopicWatchTests
{
    private readonly RecordedFacts _facts = new();
    private readonly SteppedTime _time = new();

    [Theory]
    [InlineData("compact")]
    [InlineData("compact,delete")]
    public async Task C9_compacted_topic_is_refused(string policy)
    {
        _facts.Topics.Add(new SeenTopic("a", "id", 1));
        _facts.Policies["a"] = policy;

        var error = await Assert.ThrowsAsync<OrchestratorException>(() => Watch("a").LookAsync(default));

        Assert.Equal(("E-DBZ-068", ErrorKind.Configuration), (error.Code, error.Kind));
        Assert.Contains("Topic a is compacted", error.Message);
        Assert.Contains(policy, error.Message);
    }

    [Fact]
    public async Task C9_topic_that_is_compacted_later_is_noticed()
    {
        _facts.Topics.Add(new SeenTopic("a", "id", 1));
        _facts.Policies["a"] = "delete";
        var watch = Watch("a");
        await watch.LookAsync(default);
        _facts.Policies["a"] = "compact";

        var error = await Assert.ThrowsAsync<OrchestratorException>(async () =>
        {
            for (var i = 0; i < 12; i++) await watch.LookAsync(default);
        });

        Assert.Equal("E-DBZ-068", error.Code);
    }

    [Fact]
    public async Task New_topic_between_two_rounds_is_asked_for_its_policy_at_once()
    {
        var watch = Watch("a", "b");
        await watch.LookAsync(default);
        _facts.Topics.Add(new SeenTopic("b", "id", 1));
        _facts.Policies["b"] = "compact";

        Assert.Equal("E-DBZ-068", (await Assert.ThrowsAsync<OrchestratorException>(() => watch.LookAsync(default))).Code);
    }

    [Fact]
    public async Task Jumps_are_allowed_only_where_the_policy_is_known()
    {
        _facts.Topics.AddRange([new SeenTopic("a", "id", 1), new SeenTopic("b", "id2", 1)]);
        _facts.Policies["a"] = "delete";
        var watch = Watch("a", "b");
        await watch.LookAsync(default);

        Assert.True(watch.MayJump("a"));
        Assert.False(watch.MayJump("b"));
    }

    [Fact]
    public async Task X11_same_name_and_another_id_is_another_topic()
    {
        _facts.Topics.Add(new SeenTopic("a", "one", 1));
        var watch = Watch("a");
        await watch.LookAsync(default);
        _facts.Topics[0] = new SeenTopic("a", "two", 1);

        var error = await Assert.ThrowsAsync<OrchestratorException>(() => watch.LookAsync(default));

        Assert.Equal(("E-DBZ-065", ErrorKind.Data), (error.Code, error.Kind));
    }

    [Fact]
    public async Task C9_partition_added_while_reading_stops()
    {
        _facts.Topics.Add(new SeenTopic("a", "one", 3));
        var watch = Watch("a");
        await watch.LookAsync(default);
        _facts.Topics[0] = new SeenTopic("a", "one", 4);

        var error = await Assert.ThrowsAsync<OrchestratorException>(() => watch.LookAsync(default));

        Assert.Equal("E-DBZ-067", error.Code);
        Assert.Contains("had 3 partitions and has 4", error.Message);
    }

    [Fact]
    public async Task X11_topic_missing_for_less_than_the_grace_is_no_error_and_the_clock_starts_anew()
    {
        _facts.Topics.Add(new SeenTopic("a", "one", 1));
        var watch = Watch("a");
        await watch.LookAsync(default);
        for (var i = 0; i < 2; i++)
        {
            _facts.Topics.Clear();
            await watch.LookAsync(default);
            _time.Step(TimeSpan.FromSeconds(29));
            await watch.LookAsync(default);
            _facts.Topics.Add(new SeenTopic("a", "one", 1));
            await watch.LookAsync(default);
        }

        _facts.Topics.Clear();
        await watch.LookAsync(default);
        _time.Step(TimeSpan.FromSeconds(30));

        Assert.Equal("E-DBZ-065", (await Assert.ThrowsAsync<OrchestratorException>(() => watch.LookAsync(default))).Code);
    }

    private TopicWatch Watch(params string[] topics) =>
        new(_facts, topics, FeedReading.Nothing, new KafkaOptions { BootstrapServers = "b:1", GroupId = "g" }, _time);

    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Step(TimeSpan by) => _ticks += by.Ticks;
    }

    private sealed class RecordedFacts : ITopicFacts
    {
        public List<SeenTopic> Topics { get; } = [];

        public Dictionary<string, string> Policies { get; } = [];

        public Task<IReadOnlyList<SeenTopic>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<SeenTopic>>([.. Topics.Where(t => topics.Contains(t.Name))]);

        public Task<IReadOnlyDictionary<(string Topic, int Partition), OffsetRange>> RangesAsync(
            IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, string>> CleanupPoliciesAsync(IReadOnlyCollection<string> topics, CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(Policies.Where(p => topics.Contains(p.Key)).ToDictionary());
    }
}
