using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Orchestrator.TestKit;

/// <summary>
/// librdkafka's mock cluster, by its C interface:
/// https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h. Error codes are its <c>rd_kafka_resp_err_t</c>.
/// </summary>
internal static partial class MockNative
{
    private const string Lib = "librdkafka";
    private const int Producer = 0;

    static MockNative()
    {
        // The package carries several builds of the library; the one the client has loaded is the one that works here.
        Library.Load();
        var path = File.ReadLines("/proc/self/maps").Select(l => l[(l.LastIndexOf(' ') + 1)..]).First(p => p.EndsWith("librdkafka.so", StringComparison.Ordinal));
        NativeLibrary.SetDllImportResolver(typeof(MockNative).Assembly, (name, _, _) => name == Lib ? NativeLibrary.Load(path) : 0);
    }

    /// <summary>A client whose only purpose is to carry a cluster.</summary>
    public static nint NewHost()
    {
        var conf = NewConf();
        // No broker is configured for the host itself, and it would say so on standard error.
        SetConf(conf, "log_level", "0", new byte[1], 0);
        var host = New(Producer, conf, new byte[1], 0);
        return host != 0 ? host : throw new InvalidOperationException("librdkafka gives no client.");
    }

    [LibraryImport(Lib, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyHost(nint host);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_cluster_new")]
    public static partial nint NewCluster(nint host, int brokers);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    public static partial void DestroyCluster(nint cluster);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    public static partial nint Bootstraps(nint cluster);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_set_controller_id")]
    public static partial void SetController(nint cluster, int broker);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    public static partial void SetRebalanceDelay(nint cluster, int milliseconds);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateTopic(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DeleteTopic(nint cluster, string topic);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DeleteRecords(nint cluster, string topic, int partition, long before);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_topic_set_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetTopicError(nint cluster, string topic, int error);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_broker_set_down")]
    public static partial int SetDown(nint cluster, int broker);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_broker_set_up")]
    public static partial int SetUp(nint cluster, int broker);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Advertise(nint cluster, int broker, string host, int port);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    public static partial void PushErrors(nint cluster, short api, nint count, int[] errors);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint NewConf();

    [LibraryImport(Lib, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetConf(nint conf, string name, string value, byte[] error, nint errorSize);

    [LibraryImport(Lib, EntryPoint = "rd_kafka_new")]
    private static partial nint New(int type, nint conf, byte[] error, nint errorSize);
}
