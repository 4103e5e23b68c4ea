using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.ChangeSources.Debezium.Kafka;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>The way of one run's changes: its connector, its topics, and the clients that reach them.</summary>
internal sealed class Relay : IDisposable
{
    private readonly IRelayableSource _source;
    private readonly DebeziumOptions _options;
    private readonly Lazy<ConnectClient> _connect;
    private readonly Lazy<KafkaOptions> _kafka;
    private readonly Lazy<KafkaTopics> _topics;
    private readonly Lazy<ClientFile> _file;
    private LogEndpoint? _endpoint;

    public Relay(IRelayableSource source, DebeziumOptions options, Guid runId, TimeProvider time)
    {
        _source = source;
        _options = options;
        Names = ConnectorNames.Of(runId, options.TopicPrefix);
        _connect = new(() => new ConnectClient(ConnectAddress.Parse(options.ConnectUrl), new ConnectOptions(), time));
        _file = new(() => ClientFile.Read(options.ClientFile));
        _kafka = new(() => new KafkaOptions
        {
            BootstrapServers = options.BootstrapServers, GroupId = Names.ConsumerGroup, Properties = _file.Value.Ours,
        }.Checked());
        _topics = new(() => new KafkaTopics(_kafka.Value));
        Modes = new DebeziumModes { UnavailableValue = Names.UnavailableValue };
    }

    public ConnectorNames Names { get; }

    /// <summary>How the connector writes values: as <see cref="ConnectorSettings"/> asks it to.</summary>
    public DebeziumModes Modes { get; }

    public ConnectClient Connect => _connect.Value;

    public KafkaOptions Kafka => _kafka.Value;

    public KafkaTopics Topics => _topics.Value;

    /// <summary>The source's log, looked up once.</summary>
    public async Task<LogEndpoint> EndpointAsync(CancellationToken ct) => _endpoint ??= await _source.EndpointAsync(ct);

    /// <summary>Topics to read for these tables, also those that do not exist yet.</summary>
    public IReadOnlyCollection<string> TopicsOf(LogEndpoint endpoint, IEnumerable<TableSchema> tables) =>
    [
        Names.TransactionTopic, endpoint.Kind == LogKind.PostgreSql ? Names.MessageTopic : Names.TopicPrefix,
        .. Followed(endpoint, tables).Select(t => TopicName.Of(Names.TopicPrefix, t)).Distinct(StringComparer.Ordinal),
    ];

    public TopicKind KindOf(string topic) =>
        topic == Names.TransactionTopic ? TopicKind.Transaction
        : topic == Names.MessageTopic ? TopicKind.Message
        : topic == Names.HeartbeatTopic ? TopicKind.Heartbeat
        : topic == Names.TopicPrefix ? TopicKind.SchemaChange
        : TopicKind.Data;

    /// <exception cref="OrchestratorException">Configuration <c>E-DBZ-090</c>: the connector cannot reach the source so.</exception>
    public async Task<ConnectorConfig> ConfigAsync(IEnumerable<TableSchema> tables, CancellationToken ct)
    {
        var endpoint = await EndpointAsync(ct);
        var (host, port) = Source(endpoint);
        return ConnectorSettings.Of(new ConnectorOptions
        {
            Kind = endpoint.Kind.Connector(),
            Names = Names,
            Source = new ConnectorSource(host, port, endpoint.Database, endpoint.User, _options.PasswordReference ?? endpoint.Password) { TlsMode = endpoint.Kind.TlsMode(endpoint.TlsMode) },
            Tables = Followed(endpoint, tables),
            Slot = endpoint.Slot,
            Publication = endpoint.Slot,
            ServerId = endpoint.ServerId,
            BootstrapServers = _options.ConnectorBootstrapServers ?? _options.BootstrapServers,
            KafkaClient = _file.Value.Connectors,
            Partitions = _options.Partitions,
        });
    }

    /// <summary>Where the connector begins; null: its slot tells.</summary>
    public string? Seed(SourcePosition from) => (from as RelayedPosition)?.Source is BinlogPosition relayed ? OffsetSeed.Of(Names, relayed) : from is BinlogPosition position ? OffsetSeed.Of(Names, position) : null;

    public void Dispose()
    {
        if (_topics.IsValueCreated) _topics.Value.Dispose();
        if (_connect.IsValueCreated) _connect.Value.Dispose();
    }

    private static IReadOnlyList<TableRef> Followed(LogEndpoint endpoint, IEnumerable<TableSchema> tables) =>
        [.. tables.Select(t => t.SourceName).Distinct(), .. endpoint.Markers is { } markers ? [markers.Table.SourceName] : Array.Empty<TableRef>()];

    private (string Host, int Port) Source(LogEndpoint endpoint)
    {
        if (_options.SourceHost is not { } text)
        {
            return endpoint.Host.StartsWith('/')
                ? throw new OrchestratorException(ErrorKind.Configuration, "E-DBZ-090", $"Kafka Connect cannot reach the source by the socket {endpoint.Host}.", "Say by --connector-source how it does: host or host:port.")
                : (endpoint.Host, endpoint.Port);
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']')) return (text.Trim('[', ']'), endpoint.Port);
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (text[..colon].Trim('[', ']'), port)
            : throw new OrchestratorException(ErrorKind.Configuration, "E-DBZ-090", $"The source's address for Kafka Connect is '{text}'.", "Write --connector-source as host or host:port.");
    }
}
