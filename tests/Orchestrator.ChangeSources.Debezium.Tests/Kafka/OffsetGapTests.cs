using Confluent.Kafka;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>CASES C9 and X11: whatever is missing from the stream stops it, and says where.</summary>
[Trait("Needs", "Kafka")]
public sealed class OffsetGapTests : IDisposable
{
    private readonly MockBroker _broker = new();
    private readonly KafkaOptions _options;
    private readonly KafkaTopics _topics;

    public OffsetGapTests()
    {
        _options = FeedReading.Options(_broker.BootstrapServers);
        _topics = new KafkaTopics(_options);
    }

    public void Dispose()
    {
        _topics.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task C9_wanted_offset_was_deleted_stops_and_names_the_range()
    {
        await SendOneByOneAsync("a", 0, 10);
        _broker.DeleteRecords("a", 0, 6);
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 4));

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-063", ErrorKind.Data), (error.Code, error.Kind));
        Assert.Contains("Topic a, partition 0", error.Message);
        Assert.Contains("offset 4", error.Message);
        Assert.Contains("6 to 9", error.Message);
        Assert.Equal("E-DBZ-063", Assert.Throws<OrchestratorException>(() => feed.Next(TimeSpan.Zero, CancellationToken.None)).Code);
    }

    [Fact]
    public async Task C9_new_topic_that_lost_its_beginning_stops()
    {
        await SendOneByOneAsync("a", 0, 3);
        _broker.DeleteRecords("a", 0, 1);
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);

        Assert.Equal("E-DBZ-063", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public async Task C9_records_deleted_while_paused_stops_when_reading_goes_on()
    {
        await SendOneByOneAsync("a", 0, 3);
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        FeedReading.Read(feed, 3);
        feed.Pause("a", 0);
        await SendOneByOneAsync("a", 3, 5);
        _broker.DeleteRecords("a", 0, 6);

        feed.Resume("a", 0);
        var error = FeedReading.ReadToError(feed);

        Assert.Equal("E-DBZ-063", error.Code);
        Assert.Contains("offset 3", error.Message);
        Assert.Contains("6 to 7", error.Message);
    }

    [Fact]
    public async Task C9_wanted_offset_beyond_the_end_stops()
    {
        await SendOneByOneAsync("a", 0, 3);
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 4));

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-064", ErrorKind.Data), (error.Code, error.Kind));
        Assert.Contains("0 to 2", error.Message);
    }

    [Fact]
    public async Task Wanted_offset_at_the_end_waits_for_it()
    {
        await SendOneByOneAsync("a", 0, 3);
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 3));
        FeedReading.Until(feed, () => feed.IsConnected);

        using (var producer = new TestProducer(_broker.BootstrapServers)) await producer.SendAsync("a", 0, ("k", "next"));

        Assert.Equal("a/0@3 k=next", FeedReading.Text(FeedReading.Read(feed, 1).Single()));
    }

    [Fact]
    public async Task X11_topic_deleted_while_reading_stops_after_the_grace()
    {
        await SendOneByOneAsync("a", 0, 3);
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        FeedReading.Read(feed, 3);

        _broker.DeleteTopic("a");

        Assert.Equal("E-DBZ-065", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public async Task X11_topic_made_again_while_away_with_more_records_is_told_by_its_id()
    {
        await SendOneByOneAsync("a", 0, 3);
        IReadOnlyDictionary<string, KnownTopic> known;
        using (var before = FeedReading.Feed(_topics, _options, ["a"]))
        {
            FeedReading.Read(before, 3);
            known = before.Known;
        }

        _broker.DeleteTopic("a");
        _broker.CreateTopic("a");
        await SendOneByOneAsync("a", 100, 9);
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 3), known);
        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-065", ErrorKind.Data), (error.Code, error.Kind));
        Assert.Contains("made again", error.Message);
    }

    [Fact]
    public async Task X11_topic_made_again_while_reading_stops_and_hands_out_none_of_its_records()
    {
        await SendOneByOneAsync("a", 0, 3);
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);
        FeedReading.Read(feed, 3);

        _broker.DeleteTopic("a");
        _broker.CreateTopic("a");
        await SendOneByOneAsync("a", 100, 3);

        Assert.Equal("E-DBZ-065", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public async Task X11_topic_made_again_is_the_reason_given_also_when_its_length_shows_first()
    {
        await SendOneByOneAsync("a", 0, 3);
        // No look at topics comes by in time, so that the missing offset is what is noticed.
        using var feed = FeedReading.Feed(_topics, _options with { Refresh = TimeSpan.FromMinutes(5) }, ["a"]);
        FeedReading.Read(feed, 3);

        _broker.DeleteTopic("a");
        _broker.CreateTopic("a");
        await SendOneByOneAsync("a", 100, 1);

        Assert.Equal("E-DBZ-065", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public void X11_topic_deleted_while_away_stops_though_its_id_was_never_known()
    {
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 3));

        Assert.Equal("E-DBZ-065", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public async Task C9_repartitioned_topic_stops()
    {
        await SendOneByOneAsync("a", 0, 3);
        var known = new Dictionary<string, KnownTopic> { ["a"] = new(null, 2) };
        using var feed = FeedReading.Feed(_topics, _options, ["a"], At("a", 3), known);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal("E-DBZ-067", error.Code);
        Assert.Contains("had 2 partitions and has 1", error.Message);
    }

    [Fact]
    public async Task C9_jump_in_offsets_that_nothing_explains_stops()
    {
        // The mock writes a transaction's marker, and cannot show the topic's settings: so it might have been compacted.
        _broker.CreateTopic("a");
        using var transactional = new TestProducer(_broker.BootstrapServers, "t");
        await transactional.SendTransactionAsync("a", 0, commit: true, ("k1", "v1"));
        await transactional.SendTransactionAsync("a", 0, commit: true, ("k2", "v2"));
        using var feed = FeedReading.Feed(_topics, _options with { CheckCrcs = false }, ["a"]);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal("E-DBZ-066", error.Code);
        Assert.Contains("after offset 0 came 2", error.Message);
    }

    [Fact]
    public async Task Jumps_over_markers_are_fine_for_a_transactional_producer()
    {
        _broker.CreateTopic("a");
        using var transactional = new TestProducer(_broker.BootstrapServers, "t");
        await transactional.SendTransactionAsync("a", 0, commit: true, ("k1", "v1"), ("k2", "v2"));
        await transactional.SendTransactionAsync("a", 0, commit: true, ("k3", "v3"));
        using var feed = FeedReading.Feed(_topics, _options with { TransactionalProducer = true, CheckCrcs = false }, ["a"]);

        Assert.Equal(["a/0@0 k1=v1", "a/0@1 k2=v2", "a/0@3 k3=v3"], FeedReading.Read(feed, 3).Select(FeedReading.Text));
    }

    [Fact]
    public async Task Damaged_batch_stops_and_is_named()
    {
        // The mock's marker of a transaction carries no checksum.
        _broker.CreateTopic("a");
        using var transactional = new TestProducer(_broker.BootstrapServers, "t");
        await transactional.SendTransactionAsync("a", 0, commit: true, ("k1", "v1"), ("k2", "v2"));
        using var feed = FeedReading.Feed(_topics, _options with { TransactionalProducer = true }, ["a"]);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-081", ErrorKind.Data), (error.Code, error.Kind));
        Assert.Contains("Topic a, partition 0, offset 2", error.Message);
    }

    [Fact]
    public async Task Metadata_refused_is_a_configuration_error()
    {
        await SendOneByOneAsync("a", 0, 1);
        _broker.SetTopicError("a", ErrorCode.TopicAuthorizationFailed);
        using var feed = FeedReading.Feed(_topics, _options, ["a"]);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-062", ErrorKind.Configuration), (error.Code, error.Kind));
        Assert.Contains("topic a", error.Message);
    }

    private static Dictionary<(string, int), long> At(string topic, long offset) => new() { [(topic, 0)] = offset };

    // The mock deletes whole batches, so each record is one. The producer is gone before its topic may be: librdkafka may
    // crash a process whose producer's topic is deleted (https://github.com/confluentinc/librdkafka/issues/5093).
    private async Task SendOneByOneAsync(string topic, int from, int count)
    {
        if (from == 0) _broker.CreateTopic(topic);
        using var producer = new TestProducer(_broker.BootstrapServers);
        foreach (var record in FeedReading.Numbered(from, count)) await producer.SendAsync(topic, 0, record);
    }
}
