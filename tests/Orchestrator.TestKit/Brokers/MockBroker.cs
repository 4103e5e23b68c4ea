using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Orchestrator.TestKit;

/// <summary>
/// A Kafka broker in this process: librdkafka's mock cluster, which speaks the real protocol over TCP on 127.0.0.1 and
/// keeps its records in memory. It knows producers (also transactional ones), consumers, groups, topic ids and offsets.
/// It does not know CreateTopics, DeleteTopics, DeleteRecords, DeleteGroups or DescribeConfigs, keeps no more than about
/// 5 MB per partition, and hands out records of aborted transactions too.
/// </summary>
public sealed class MockBroker : IDisposable
{
    private readonly nint _host;
    private readonly nint _cluster;

    /// <summary>Starts it; it creates topics on a producer's first record.</summary>
    public MockBroker()
    {
        _host = MockNative.NewHost();
        _cluster = MockNative.NewCluster(_host, 1);
        MockNative.SetController(_cluster, 1);
        MockNative.SetRebalanceDelay(_cluster, 500);
        BootstrapServers = Marshal.PtrToStringUTF8(MockNative.Bootstraps(_cluster)) ?? throw new InvalidOperationException("The mock has no address.");
    }

    /// <summary>Where to connect.</summary>
    public string BootstrapServers { get; private set; }

    /// <summary>The TCP port on 127.0.0.1 it listens on.</summary>
    public int Port => int.Parse(BootstrapServers[(BootstrapServers.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes clients connect to another port, where a relay listens.</summary>
    public void AdvertisePort(int port) => Require(MockNative.Advertise(_cluster, 1, "127.0.0.1", port));

    /// <summary>Makes a topic.</summary>
    public void CreateTopic(string topic, int partitions = 1) => Require(MockNative.CreateTopic(_cluster, topic, partitions, 1));

    /// <summary>Deletes a topic with all its records.</summary>
    public void DeleteTopic(string topic) => Require(MockNative.DeleteTopic(_cluster, topic));

    /// <summary>Deletes a partition's records before an offset, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long before) => Require(MockNative.DeleteRecords(_cluster, topic, partition, before));

    /// <summary>Answers this error whenever somebody asks for the topic's metadata; <see cref="ErrorCode.NoError"/> ends it.</summary>
    public void SetTopicError(string topic, ErrorCode error) => MockNative.SetTopicError(_cluster, topic, (int)error);

    /// <summary>Answers these errors to the next requests of a kind (numbers: https://kafka.apache.org/protocol#protocol_api_keys).</summary>
    public void FailNext(short request, params ErrorCode[] errors) => MockNative.PushErrors(_cluster, request, errors.Length, [.. errors.Select(e => (int)e)]);

    /// <summary>Cuts all connections and takes no new ones; records stay.</summary>
    public void GoDown() => Require(MockNative.SetDown(_cluster, -1));

    /// <summary>Takes connections again.</summary>
    public void ComeBack() => Require(MockNative.SetUp(_cluster, -1));

    /// <inheritdoc/>
    public void Dispose()
    {
        MockNative.DestroyCluster(_cluster);
        MockNative.DestroyHost(_host);
    }

    private static void Require(int error)
    {
        if (error != 0) throw new InvalidOperationException($"The mock broker answers {(ErrorCode)error}.");
    }
}
