using System.Diagnostics;
using System.Text;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Tests;

/// <summary>What the tests of feeds need: options with short waits, and reading with a deadline.</summary>
internal static class FeedReading
{
    public static readonly IReadOnlyDictionary<(string, int), long> FromStart = new Dictionary<(string, int), long>();
    public static readonly IReadOnlyDictionary<string, KnownTopic> Nothing = new Dictionary<string, KnownTopic>();

    public static KafkaOptions Options(string brokers) => new()
    {
        BootstrapServers = brokers,
        GroupId = "orchestrator-test",
        Refresh = TimeSpan.FromMilliseconds(300),
        MissingTopicGrace = TimeSpan.FromSeconds(1),
        RequestTimeout = TimeSpan.FromSeconds(2),
    };

    public static KafkaRecordFeed Feed(
        ITopicFacts topics, KafkaOptions options, string[] names, IReadOnlyDictionary<(string, int), long>? start = null, IReadOnlyDictionary<string, KnownTopic>? known = null) =>
        new(options, names, start ?? FromStart, known ?? Nothing, topics, TimeProvider.System);

    /// <summary>Reads that many records, or fails after 20 seconds.</summary>
    public static List<KafkaRecord> Read(IRecordFeed feed, int count)
    {
        var found = new List<KafkaRecord>();
        var began = Stopwatch.StartNew();
        while (found.Count < count)
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"{found.Count} of {count} records came; {feed.LastError}");
            if (feed.Next(TimeSpan.FromMilliseconds(200), CancellationToken.None) is { } record) found.Add(record);
        }

        return found;
    }

    /// <summary>Reads until the feed stops with an error, or fails after 20 seconds.</summary>
    public static OrchestratorException ReadToError(IRecordFeed feed)
    {
        var began = Stopwatch.StartNew();
        while (began.Elapsed < TimeSpan.FromSeconds(20))
        {
            try
            {
                feed.Next(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
            catch (OrchestratorException e)
            {
                return e;
            }
        }

        throw new Xunit.Sdk.XunitException("The feed did not stop.");
    }

    /// <summary>Reads until that holds, or fails after 20 seconds; no record may come.</summary>
    public static void Until(IRecordFeed feed, Func<bool> holds)
    {
        var began = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"still not; connected {feed.IsConnected}, {feed.LastError}");
            Assert.Null(feed.Next(TimeSpan.FromMilliseconds(100), CancellationToken.None));
        }
    }

    public static string Text(KafkaRecord record) =>
        $"{record.Topic}/{record.Partition}@{record.Offset} {Text(record.Key)}={Text(record.Value)}";

    public static (string?, string?)[] Numbered(int from, int count) => [.. Enumerable.Range(from, count).Select(i => ((string?)$"k{i}", (string?)$"v{i}"))];

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
