using System.Globalization;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// Makes a connector's configuration from a run's options. Every setting a default of which loses or changes data is written
/// out, and some whose defaults are right, so that a worker's or a version's own default changes nothing. Meanings:
/// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-connector-properties and its
/// siblings; topics: https://kafka.apache.org/documentation/#connect_source_topics.
/// </summary>
internal static class ConnectorSettings
{
    /// <summary>Prefix of the logical messages the connector passes on: our markers.</summary>
    public const string MarkerPrefix = "orchestrator";

    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-DBZ-041</c>: no table, no slot, or no server id.</exception>
    public static ConnectorConfig Of(ConnectorOptions options)
    {
        if (options.Tables.Count == 0) throw ConnectErrors.BadName("The list of tables", "", "it is empty, and a connector without a list follows every table");
        var settings = new SettingList();
        var own = options.Kind == ConnectorKind.PostgreSql ? (Action<SettingList, ConnectorOptions>)PostgreSqlSettings.Add : BinlogSettings.Add;
        own(settings, options);
        AddEvents(settings, options);
        AddTopics(settings, options);
        if (options.OverrideProducer) AddProducer(settings, options);
        return new ConnectorConfig(options.Names.Connector, settings);
    }

    private static void AddEvents(SettingList to, ConnectorOptions options)
    {
        to.Add("provide.transaction.metadata", "true");
        to.Add("heartbeat.interval.ms", Milliseconds(options.Heartbeat));
        to.Add("skipped.operations", "none"); // the default leaves out TRUNCATE
        to.Add("tombstones.on.delete", "false"); // they say nothing new, and our topics are never compacted
        to.Add("decimal.handling.mode", "string"); // precise turns NaN into null
        to.Add("binary.handling.mode", "base64");
        to.Add("unavailable.value.placeholder", options.Names.UnavailableValue); // the default may stand in rows that another Debezium wrote
        to.Add("event.processing.failure.handling.mode", "fail");
        to.Add("errors.tolerance", "none");
        to.Add("poll.interval.ms", "100");
        to.Add("max.queue.size.in.bytes", "134217728");
        foreach (var side in (IEnumerable<string>)["key", "value"])
        {
            to.Add($"{side}.converter", "org.apache.kafka.connect.json.JsonConverter");
            to.Add($"{side}.converter.schemas.enable", "false");
        }
    }

    private static void AddTopics(SettingList to, ConnectorOptions options)
    {
        var names = options.Names;
        to.Add("topic.prefix", names.TopicPrefix);
        to.Add("topic.creation.default.partitions", Number(options.Partitions));
        to.Add("topic.creation.default.replication.factor", Number(options.ReplicationFactor));
        to.Add("topic.creation.default.cleanup.policy", "delete"); // compaction would eat events
        to.Add("topic.creation.default.retention.ms", "-1");
        to.Add("topic.creation.default.retention.bytes", "-1");
        to.Add("topic.creation.default.max.message.bytes", Number(options.MaxRecordBytes));
        if (options.Partitions == 1) return;

        // The order of commits is the order of one partition.
        to.Add("topic.creation.groups", "single");
        to.Add("topic.creation.single.include", NamePattern.ListOf([names.TransactionTopic, names.MessageTopic, names.TopicPrefix, names.HeartbeatTopic]));
        to.Add("topic.creation.single.partitions", "1");
    }

    private static void AddProducer(SettingList to, ConnectorOptions options)
    {
        to.Add("producer.override.acks", "all");
        to.Add("producer.override.enable.idempotence", "true");
        to.Add("producer.override.compression.type", "lz4");
        to.Add("producer.override.max.request.size", Number(options.MaxRecordBytes));
    }

    internal static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    internal static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Settings in the order they are added; none twice.</summary>
internal sealed class SettingList : List<KeyValuePair<string, string>>
{
    public void Add(string key, string value)
    {
        if (Exists(s => s.Key == key)) throw new ArgumentException($"{key} is set twice", nameof(key));
        Add(KeyValuePair.Create(key, value));
    }
}
