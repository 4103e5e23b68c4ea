using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

[Trait("Needs", "Kafka")]
public sealed class KafkaRecordFeedTests : IDisposable
{
    private readonly MockBroker _broker = new();
    private readonly KafkaOptions _options;
    private readonly KafkaTopics _topics;
    private readonly TestProducer _producer;

    public KafkaRecordFeedTests()
    {
        _options = FeedReading.Options(_broker.BootstrapServers);
        _topics = new KafkaTopics(_options);
        _producer = new TestProducer(_broker.BootstrapServers);
    }

    public void Dispose()
    {
        _producer.Dispose();
        _topics.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Start_offsets_given_reads_on_from_them_and_other_partitions_from_the_beginning()
    {
        _broker.CreateTopic("a", 2);
        await _producer.SendAsync("a", 0, FeedReading.Numbered(0, 4));
        await _producer.SendAsync("a", 1, FeedReading.Numbered(10, 2));
        using var feed = FeedReading.Feed(_topics, _options, ["a"], new Dictionary<(string, int), long> { [("a", 0)] = 3 });

        var records = FeedReading.Read(feed, 3).Select(FeedReading.Text).Order(StringComparer.Ordinal);

        Assert.Equal(["a/0@3 k3=v3", "a/1@0 k10=v10", "a/1@1 k11=v11"], records);
        Assert.Null(feed.Next(TimeSpan.FromMilliseconds(300), CancellationToken.None));
        Assert.True(feed.IsConnected);
        Assert.Null(feed.LastError);
    }

    [Fact]
    public async Task C3_tombstone_and_null_key_come_as_null()
    {
        _broker.CreateTopic("a");
        await _producer.SendAsync("a", 0, ("k", null), (null, "v"), (null, null), ("", ""));
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);

        var records = FeedReading.Read(feed, 4);

        Assert.Equal([false, true, true, false], records.Select(r => r.Key is null));
        Assert.Equal([true, false, true, false], records.Select(r => r.Value is null));
        Assert.Empty(records[3].Key!);
        Assert.Empty(records[3].Value!);
    }

    [Fact]
    public async Task Topic_that_appears_later_is_read_from_its_first_record()
    {
        _broker.CreateTopic("a");
        await _producer.SendAsync("a", 0, ("k", "early"));
        using var feed = FeedReading.Feed(_topics, _options, ["a", "b"]);
        Assert.Equal("a/0@0 k=early", FeedReading.Text(FeedReading.Read(feed, 1).Single()));
        Assert.Equal(["a"], _topics.List(""));

        _broker.CreateTopic("b", 3);
        await _producer.SendAsync("b", 2, ("k", "late"), ("k", "later"));

        Assert.Equal(["b/2@0 k=late", "b/2@1 k=later"], FeedReading.Read(feed, 2).Select(FeedReading.Text));
        Assert.Equal(3, feed.Known["b"].Partitions);
        Assert.NotNull(feed.Known["b"].Id);
    }

    [Fact]
    public async Task Records_of_a_partition_come_in_order_whatever_the_number_of_partitions()
    {
        _broker.CreateTopic("a", 4);
        for (var i = 0; i < 50; i++)
            for (var p = 0; p < 4; p++)
                await _producer.SendAsync("a", p, FeedReading.Numbered(i * 20, 20));
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);

        var records = FeedReading.Read(feed, 4000);

        foreach (var partition in records.GroupBy(r => r.Partition))
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"a/{partition.Key}@{i} k{i}=v{i}"), partition.Select(FeedReading.Text));
        Assert.Equal(4, records.Select(r => r.Partition).Distinct().Count());
    }

    [Fact]
    public async Task C8_duplicates_of_a_producer_come_as_records_of_their_own()
    {
        _broker.CreateTopic("a");
        await _producer.SendAsync("a", 0, ("k", "v"), ("k", "v"));
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);

        Assert.Equal(["a/0@0 k=v", "a/0@1 k=v"], FeedReading.Read(feed, 2).Select(FeedReading.Text));
    }

    [Fact]
    public async Task Paused_partition_hands_out_nothing_until_resumed_and_then_everything()
    {
        _broker.CreateTopic("a", 2);
        await _producer.SendAsync("a", 0, FeedReading.Numbered(0, 100));
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        Assert.Equal(10, FeedReading.Read(feed, 10).Count(r => r.Partition == 0));

        feed.Pause("a", 0);
        await _producer.SendAsync("a", 0, FeedReading.Numbered(100, 10));
        await _producer.SendAsync("a", 1, FeedReading.Numbered(0, 30));
        Assert.All(FeedReading.Read(feed, 30), r => Assert.Equal(1, r.Partition));
        Assert.Null(feed.Next(TimeSpan.FromSeconds(1), CancellationToken.None));

        feed.Resume("a", 0);
        Assert.Equal(Enumerable.Range(10, 100).Select(i => $"a/0@{i} k{i}=v{i}"), FeedReading.Read(feed, 100).Select(FeedReading.Text));
    }

    [Fact]
    public async Task Partition_paused_before_its_topic_exists_stays_paused()
    {
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        feed.Pause("a", 0);
        _broker.CreateTopic("a");
        await _producer.SendAsync("a", 0, ("k", "v"));
        FeedReading.Until(feed, () => feed.Known.ContainsKey("a"));
        Assert.Null(feed.Next(TimeSpan.FromSeconds(1), CancellationToken.None));

        feed.Resume("a", 0);

        Assert.Equal("a/0@0 k=v", FeedReading.Text(FeedReading.Read(feed, 1).Single()));
    }

    [Fact]
    public async Task Commit_tells_the_group_the_next_offsets()
    {
        _broker.CreateTopic("a", 2);
        await _producer.SendAsync("a", 0, FeedReading.Numbered(0, 5));
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        FeedReading.Read(feed, 5);

        feed.Commit(new Dictionary<(string, int), long> { [("a", 0)] = 2 });
        feed.Commit(new Dictionary<(string, int), long> { [("a", 0)] = 5, [("a", 1)] = 0 });

        var committed = await GroupOffsets.WaitAsync(_options, 5, ("a", 0), ("a", 1));

        Assert.Equal(new long[] { 5, 0 }, committed);
    }

    [Fact]
    public void Next_called_off_ends_at_once()
    {
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        using var off = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.ThrowsAny<OperationCanceledException>(() => feed.Next(TimeSpan.FromSeconds(30), off.Token));
    }
}
