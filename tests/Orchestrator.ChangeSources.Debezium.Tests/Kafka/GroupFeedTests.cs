using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests;

[Trait("Needs", "Kafka")]
public sealed class GroupFeedTests : IDisposable
{
    private const int Partitions = 6, PerPartition = 300;
    private readonly MockBroker _broker = new();
    private readonly KafkaOptions _options;
    private readonly KafkaTopics _topics;

    public GroupFeedTests()
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
    public async Task Three_members_read_disjoint_partitions_and_the_others_take_over_from_one_that_leaves()
    {
        _broker.CreateTopic("a", Partitions);
        var target = new Target();
        var members = Enumerable.Range(0, 3).Select(i => new Member(this, target, i)).ToList();
        await Member.UntilAsync(() => members.All(m => m.Owned.Count == 2), members);
        Assert.Equal(Enumerable.Range(0, Partitions), members.SelectMany(m => m.Owned.Keys).Order());

        using var producer = new TestProducer(_broker.BootstrapServers);
        await SendAsync(producer, 0);
        await Member.UntilAsync(() => target.Count == Partitions * PerPartition / 2, members);
        await members[0].StopAsync();
        await SendAsync(producer, PerPartition / 2);
        await Member.UntilAsync(() => target.Count == Partitions * PerPartition, members);
        await Member.UntilAsync(() => members.Skip(1).All(m => m.Owned.Count == 3), members);

        for (var p = 0; p < Partitions; p++)
            Assert.Equal(Enumerable.Range(0, PerPartition).Select(i => (long)i), target.Applied[p]);
        Assert.Empty(members[0].Owned);
        foreach (var member in members) await member.StopAsync();
        Assert.Equal(0, target.Stolen);
    }

    [Fact]
    public async Task Start_offset_that_is_gone_stops_the_member()
    {
        _broker.CreateTopic("a");
        using var producer = new TestProducer(_broker.BootstrapServers);
        for (var i = 0; i < 5; i++) await producer.SendAsync("a", 0, FeedReading.Numbered(i, 1));
        _broker.DeleteRecords("a", 0, 3);
        using var feed = new GroupFeed(_options, ["a"], FeedReading.Nothing, new Target(), _topics, TimeProvider.System);

        var error = FeedReading.ReadToError(feed);

        Assert.Equal(("E-DBZ-063", ErrorKind.Data), (error.Code, error.Kind));
    }

    [Fact]
    public async Task Owner_that_fails_to_take_a_partition_stops_the_member_and_nothing_is_handed_out()
    {
        _broker.CreateTopic("a");
        using var producer = new TestProducer(_broker.BootstrapServers);
        await producer.SendAsync("a", 0, FeedReading.Numbered(0, 5));
        using var feed = new GroupFeed(_options, ["a"], FeedReading.Nothing, new Target { Fails = true }, _topics, TimeProvider.System);

        Assert.Equal("E-TEST-1", FeedReading.ReadToError(feed).Code);
    }

    [Fact]
    public async Task Member_ends_also_while_the_broker_is_down()
    {
        _broker.CreateTopic("a");
        using var producer = new TestProducer(_broker.BootstrapServers);
        await producer.SendAsync("a", 0, FeedReading.Numbered(0, 5));
        var feed = new GroupFeed(_options, ["a"], FeedReading.Nothing, new Target(), _topics, TimeProvider.System);
        FeedReading.Read(feed, 5);

        _broker.GoDown();
        FeedReading.Until(feed, () => !feed.IsConnected);
        feed.Commit(new Dictionary<(string, int), long> { [("a", 0)] = 5 });
        var began = Stopwatch.StartNew();
        feed.Dispose();

        Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"it took {began.Elapsed}");
    }

    private static async Task SendAsync(TestProducer producer, int from)
    {
        for (var p = 0; p < Partitions; p++) await producer.SendAsync("a", p, FeedReading.Numbered(from, PerPartition / 2));
    }

    /// <summary>Stands for the target database: what was applied of a partition, in order, and who may.</summary>
    private sealed class Target : IPartitionOwner
    {
        private int _stolen;

        public ConcurrentDictionary<int, List<long>> Applied { get; } = [];

        public int Count => Applied.Values.Sum(a => a.Count);

        public int Stolen => _stolen;

        public bool Fails { get; init; }

        public void Apply(KafkaRecord record, bool owned)
        {
            if (!owned) Interlocked.Increment(ref _stolen);
            Applied.GetOrAdd(record.Partition, _ => []).Add(record.Offset);
        }

        public IReadOnlyDictionary<(string Topic, int Partition), long> Take(IReadOnlyList<(string Topic, int Partition)> partitions) =>
            Fails ? throw new OrchestratorException(ErrorKind.Fenced, "E-TEST-1", "fenced")
            : partitions.Where(p => Applied.ContainsKey(p.Partition)).ToDictionary(p => p, p => (long)Applied[p.Partition].Count);

        public void Release(IReadOnlyList<(string Topic, int Partition)> partitions, bool lost)
        {
        }
    }

    /// <summary>A worker: reads on a thread of its own and applies at once.</summary>
    private sealed class Member : IPartitionOwner
    {
        private volatile bool _stop;
        private readonly Target _target;
        private readonly Task _running;

        public Member(GroupFeedTests test, Target target, int number)
        {
            _target = target;
            _running = Task.Run(() => Run(new GroupFeed(test._options with { ClientId = $"member-{number}" }, ["a"], FeedReading.Nothing, this, test._topics, TimeProvider.System)));
        }

        public ConcurrentDictionary<int, bool> Owned { get; } = [];

        public static async Task UntilAsync(Func<bool> holds, List<Member> members)
        {
            var began = Stopwatch.StartNew();
            while (!holds())
            {
                Assert.True(began.Elapsed < TimeSpan.FromSeconds(30), string.Join("; ", members.Select(m => string.Join(",", m.Owned.Keys))));
                foreach (var member in members.Where(m => m._running.IsFaulted)) await member._running;
                await Task.Delay(20);
            }
        }

        public async Task StopAsync()
        {
            _stop = true;
            await _running;
        }

        public IReadOnlyDictionary<(string Topic, int Partition), long> Take(IReadOnlyList<(string Topic, int Partition)> partitions)
        {
            foreach (var place in partitions) Owned[place.Partition] = true;
            return _target.Take(partitions);
        }

        public void Release(IReadOnlyList<(string Topic, int Partition)> partitions, bool lost)
        {
            foreach (var place in partitions) Owned.TryRemove(place.Partition, out _);
        }

        private void Run(GroupFeed feed)
        {
            using (feed)
            {
                while (!_stop)
                    if (feed.Next(TimeSpan.FromMilliseconds(50), CancellationToken.None) is { } record)
                        _target.Apply(record, Owned.ContainsKey(record.Partition));
            }
        }
    }
}
