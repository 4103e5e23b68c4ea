using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

[Trait("Needs", "Kafka")]
public sealed class KafkaTopicsTests : IDisposable
{
    private readonly MockBroker _broker = new();
    private readonly KafkaTopics _topics;

    public KafkaTopicsTests() => _topics = new KafkaTopics(FeedReading.Options(_broker.BootstrapServers));

    public void Dispose()
    {
        _topics.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Asking_for_a_topic_does_not_create_it()
    {
        Assert.Empty(await _topics.DescribeAsync(["a"], default));
        Assert.Empty(await _topics.RangesAsync([("a", 0)], default));
        Assert.Empty(_topics.List(""));
    }

    [Fact]
    public void List_gives_the_topics_with_the_prefix()
    {
        foreach (var topic in (string[])["run1.b", "run1.a", "run2.a", "Run1.c"]) _broker.CreateTopic(topic);

        Assert.Equal(["run1.a", "run1.b"], _topics.List("run1."));
    }

    [Fact]
    public async Task Ranges_follow_what_is_written_and_deleted()
    {
        _broker.CreateTopic("a", 2);
        using var producer = new TestProducer(_broker.BootstrapServers);
        for (var i = 0; i < 5; i++) await producer.SendAsync("a", 0, FeedReading.Numbered(i, 1));
        _broker.DeleteRecords("a", 0, 2);

        var ranges = await _topics.RangesAsync([("a", 0), ("a", 1), ("b", 0)], default);

        Assert.Equal(2, ranges.Count);
        Assert.Equal(new OffsetRange(2, 5), ranges[("a", 0)]);
        Assert.Equal(new OffsetRange(0, 0), ranges[("a", 1)]);
    }

    [Theory]
    [InlineData("run1.")]
    [InlineData("")]
    public async Task Deleting_what_is_not_ours_is_refused_before_anything_is_deleted(string prefix)
    {
        var topics = await Assert.ThrowsAsync<OrchestratorException>(() => _topics.DeleteAsync(prefix, ["run1.a", "run2.a"], default));
        var group = await Assert.ThrowsAsync<OrchestratorException>(() => _topics.DeleteGroupAsync(prefix, "run2", default));

        Assert.Equal((ErrorKind.Bug, "E-DBZ-080"), (topics.Kind, topics.Code));
        Assert.Equal("E-DBZ-080", group.Code);
    }

    [Fact]
    public async Task Deleting_nothing_asks_nobody()
    {
        _broker.GoDown();

        await _topics.DeleteAsync("run1.", [], default);
    }

    [Fact]
    public async Task Group_on_a_broker_that_cannot_delete_groups_does_not_end_the_process()
    {
        for (var i = 0; i < 20; i++)
        {
            using var topics = new KafkaTopics(FeedReading.Options(_broker.BootstrapServers));
            var error = await Assert.ThrowsAsync<OrchestratorException>(() => topics.DeleteGroupAsync("run1", "run1", default));
            Assert.Equal("E-DBZ-082", error.Code);
        }
    }

    [Fact]
    public async Task Broker_that_cannot_delete_is_said_so()
    {
        // The mock has no such request; a real broker answers it unless delete.topic.enable is off.
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => _topics.DeleteAsync("run1.", ["run1.a"], default));

        Assert.Equal("E-DBZ-082", error.Code);
    }

    [Fact]
    public async Task Broker_that_is_down_is_transient()
    {
        _broker.GoDown();

        var error = await Assert.ThrowsAsync<OrchestratorException>(() => _topics.DescribeAsync(["a"], default));

        Assert.Equal((ErrorKind.Transient, "E-DBZ-069"), (error.Kind, error.Code));
    }
}
