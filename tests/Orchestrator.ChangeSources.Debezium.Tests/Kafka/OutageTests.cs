using System.Diagnostics;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>CASES X11 and C18: brokers that are away for a while.</summary>
[Trait("Needs", "Kafka")]
public sealed class OutageTests
{
    [Fact]
    public async Task X11_broker_down_and_back_goes_on_without_loss_and_shows_it()
    {
        using var broker = new MockBroker();
        broker.CreateTopic("a");
        using var producer = new TestProducer(broker.BootstrapServers);
        var options = FeedReading.Options(broker.BootstrapServers);
        using var topics = new KafkaTopics(options);
        using var feed = FeedReading.Feed(topics, options, ["a"]);
        await producer.SendAsync("a", 0, FeedReading.Numbered(0, 3));
        FeedReading.Read(feed, 3);
        Assert.True(feed.IsConnected);

        broker.GoDown();
        FeedReading.Until(feed, () => !feed.IsConnected);
        Assert.NotNull(feed.LastError);
        var began = Stopwatch.StartNew();
        Assert.Null(feed.Next(TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.True(began.Elapsed > TimeSpan.FromSeconds(0.9), "a broker that is down must not make the caller spin");
        feed.Commit(new Dictionary<(string, int), long> { [("a", 0)] = 3 });

        broker.ComeBack();
        await producer.SendAsync("a", 0, FeedReading.Numbered(3, 3));

        Assert.Equal(Enumerable.Range(3, 3).Select(i => $"a/0@{i} k{i}=v{i}"), FeedReading.Read(feed, 3).Select(FeedReading.Text));
        FeedReading.Until(feed, () => feed.IsConnected && feed.LastError is null);
    }

    [Fact]
    public async Task C18_silent_network_is_noticed_and_survived()
    {
        using var broker = new MockBroker();
        await using var proxy = SilentProxy.Start(broker.Port);
        broker.AdvertisePort(proxy.Port);
        broker.CreateTopic("a");
        var address = $"127.0.0.1:{proxy.Port}";
        var options = FeedReading.Options(address);
        using var topics = new KafkaTopics(options);
        using var feed = FeedReading.Feed(topics, options, ["a"]);
        using (var producer = new TestProducer(address)) await producer.SendAsync("a", 0, FeedReading.Numbered(0, 3));
        FeedReading.Read(feed, 3);

        Assert.True(proxy.FallSilent() > 0);
        FeedReading.Until(feed, () => !feed.IsConnected);
        using (var producer = new TestProducer(address)) await producer.SendAsync("a", 0, FeedReading.Numbered(3, 2));

        Assert.Equal(["a/0@3 k3=v3", "a/0@4 k4=v4"], FeedReading.Read(feed, 2).Select(FeedReading.Text));
    }

    [Fact]
    public void Broker_that_was_never_there_gives_nothing_and_no_error()
    {
        var options = FeedReading.Options("127.0.0.1:1");
        using var topics = new KafkaTopics(options);
        using var feed = FeedReading.Feed(topics, options, ["a"]);

        FeedReading.Until(feed, () => feed.LastError is not null);
        Assert.False(feed.IsConnected);
    }

    [Fact]
    public async Task X11_broker_process_killed_shows_it_and_its_lost_topic_is_a_gap()
    {
        using var first = await KcatBroker.StartAsync();
        using var firstTopics = new KafkaTopics(FeedReading.Options(first.BootstrapServers));
        using (var feed = FeedReading.Feed(new OneByOne(firstTopics), FeedReading.Options(first.BootstrapServers), ["a"]))
        {
            using var producer = new TestProducer(first.BootstrapServers);
            await producer.SendAsync("a", 1, FeedReading.Numbered(0, 4));
            Assert.Equal(Enumerable.Range(0, 4).Select(i => $"a/1@{i} k{i}=v{i}"), FeedReading.Read(feed, 4).Select(FeedReading.Text));

            first.Kill();
            FeedReading.Until(feed, () => !feed.IsConnected);
            Assert.NotNull(feed.LastError);
        }

        using var second = await KcatBroker.StartAsync();
        using var secondTopics = new KafkaTopics(FeedReading.Options(second.BootstrapServers));
        using var again = FeedReading.Feed(new OneByOne(secondTopics), FeedReading.Options(second.BootstrapServers), ["a"], new Dictionary<(string, int), long> { [("a", 1)] = 4 });

        var error = FeedReading.ReadToError(again);

        Assert.Equal(("E-DBZ-065", ErrorKind.Data), (error.Code, error.Kind));
    }

    [Fact]
    public async Task Kcat_broker_start_offsets_tombstones_and_pause_work_across_processes()
    {
        using var broker = await KcatBroker.StartAsync();
        var options = FeedReading.Options(broker.BootstrapServers);
        using var topics = new KafkaTopics(options);
        using var producer = new TestProducer(broker.BootstrapServers);
        await producer.SendAsync("a", 0, ("k0", "v0"), ("k0", null), (null, "v2"));
        await producer.SendAsync("a", 3, ("k1", "v1"));
        using var feed = FeedReading.Feed(new OneByOne(topics), options, ["a"], new Dictionary<(string, int), long> { [("a", 0)] = 1 });
        feed.Pause("a", 3);

        Assert.Equal(["a/0@1 k0=null", "a/0@2 null=v2"], FeedReading.Read(feed, 2).Select(FeedReading.Text));
        Assert.Null(feed.Next(TimeSpan.FromSeconds(1), CancellationToken.None));
        feed.Resume("a", 3);
        Assert.Equal("a/3@0 k1=v1", FeedReading.Text(FeedReading.Read(feed, 1).Single()));
    }
}
