using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>The way of one run's changes: its connector, its topics, and the clients that reach them.</summary>
internal sealed class Relay : IDisposable
{
    private readonly LogEndpoint _endpoint;
    private readonly DebeziumOptions _options;
    private readonly Lazy<ConnectClient> _connect;
    private readonly Lazy<KafkaOptions> _kafka;
    private readonly Lazy<KafkaTopics> _topics;

    public Relay(LogEndpoint endpoint, DebeziumOptions options, Guid runId, TimeProvider time)
    {
        _endpoint = endpoint;
        _options = options;
        Names = ConnectorNames.Of(runId, options.TopicPrefix);
        _connect = new(() => new ConnectClient(ConnectAddress.Parse(options.ConnectUrl), new ConnectOptions(), time));
        _kafka = new(() => new KafkaOptions
        {
            BootstrapServers = options.BootstrapServers, GroupId = Names.ConsumerGroup, Properties = ClientFile.Read(options.ClientFile),
        }.Checked());
        _topics = new(() => new KafkaTopics(_kafka.Value));
    }

    public ConnectorNames Names { get; }

    /// <summary>How the connector writes values: as <see cref="ConnectorSettings"/> asks it to.</summary>
    public DebeziumModes Modes { get; } = new();

    public ConnectClient Connect => _connect.Value;

    public KafkaOptions Kafka => _kafka.Value;

    public KafkaTopics Topics => _topics.Value;

    /// <summary>Topics to read for these tables, also those that do not exist yet.</summary>
    public IReadOnlyCollection<string> TopicsOf(IEnumerable<TableRef> tables) =>
    [
        Names.TransactionTopic, Names.MessageTopic,
        .. tables.Select(t => TopicName.Of(Names.TopicPrefix, t)).Distinct(StringComparer.Ordinal),
    ];

    public TopicKind KindOf(string topic) =>
        topic == Names.TransactionTopic ? TopicKind.Transaction
        : topic == Names.MessageTopic ? TopicKind.Message
        : topic == Names.HeartbeatTopic ? TopicKind.Heartbeat
        : topic == Names.TopicPrefix ? TopicKind.SchemaChange
        : TopicKind.Data;

    public ConnectorConfig Config(IReadOnlyList<TableRef> tables)
    {
        var (host, port) = Source();
        return ConnectorSettings.Of(new ConnectorOptions
        {
            Kind = ConnectorKind.PostgreSql,
            Names = Names,
            Source = new ConnectorSource(host, port, _endpoint.Database, _endpoint.User, _options.PasswordReference ?? _endpoint.Password) { TlsMode = _endpoint.TlsMode },
            Tables = tables,
            Slot = _endpoint.Slot,
            Publication = _endpoint.Slot,
            Partitions = _options.Partitions,
        });
    }

    public void Dispose()
    {
        if (_topics.IsValueCreated) _topics.Value.Dispose();
        if (_connect.IsValueCreated) _connect.Value.Dispose();
    }

    private (string Host, int Port) Source()
    {
        if (_options.SourceHost is not { } text) return (_endpoint.Host, _endpoint.Port);
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']')) return (text.Trim('[', ']'), _endpoint.Port);
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (text[..colon].Trim('[', ']'), port)
            : throw new OrchestratorException(ErrorKind.Configuration, "E-DBZ-090", $"The source's address for Kafka Connect is '{text}'.", "Write --connector-source as host or host:port.");
    }
}
