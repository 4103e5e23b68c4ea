namespace Orchestrator.TestKit.Connectors;

/// <summary>Schemas that stand before payloads when the converter's <c>schemas.enable</c> is on, as recorded.</summary>
internal static class EventSchemas
{
    private const string Source = """{"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},{"type":"string","optional":false,"field":"connector"},{"type":"string","optional":false,"field":"name"},{"type":"int64","optional":false,"field":"ts_ms"},{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"default":"false","field":"snapshot"},{"type":"string","optional":false,"field":"db"},{"type":"string","optional":true,"field":"sequence"},{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"},{"type":"string","optional":false,"field":"schema"},{"type":"string","optional":false,"field":"table"},{"type":"int64","optional":true,"field":"txId"},{"type":"int64","optional":true,"field":"lsn"},{"type":"int64","optional":true,"field":"xmin"},{"type":"string","optional":true,"field":"origin"},{"type":"int64","optional":true,"field":"origin_lsn"}],"optional":false,"name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"}""";

    private const string Transaction = """{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},{"type":"int64","optional":false,"field":"total_order"},{"type":"int64","optional":false,"field":"data_collection_order"}],"optional":true,"name":"event.block","version":1,"field":"transaction"}""";

    private const string Op = """{"type":"string","optional":false,"field":"op"}""";

    public const string Message = $$"""{"type":"struct","fields":[{{Op}},{"type":"int64","optional":true,"field":"ts_ms"},{{Source}},{{Transaction}},{"type":"struct","fields":[{"type":"string","optional":true,"field":"prefix"},{"type":"bytes","optional":true,"field":"content"}],"optional":false,"name":"io.debezium.connector.postgresql.Message","version":1,"field":"message"}],"optional":false,"name":"io.debezium.connector.postgresql.MessageValue","version":1}""";

    public const string MessageKey = """{"type":"struct","fields":[{"type":"string","optional":true,"field":"prefix"}],"optional":false,"name":"io.debezium.connector.postgresql.MessageKey","version":1}""";

    public const string Boundary = """{"type":"struct","fields":[{"type":"string","optional":false,"field":"status"},{"type":"string","optional":false,"field":"id"},{"type":"int64","optional":true,"field":"event_count"},{"type":"array","items":{"type":"struct","fields":[{"type":"string","optional":false,"field":"data_collection"},{"type":"int64","optional":false,"field":"event_count"}],"optional":true,"name":"event.collection","version":1},"optional":true,"field":"data_collections"},{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.TransactionMetadataValue","version":1}""";

    public const string BoundaryKey = """{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],"optional":false,"name":"io.debezium.connector.common.TransactionMetadataKey","version":1}""";

    public const string Heartbeat = """{"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1}""";

    public const string HeartbeatKey = """{"type":"struct","fields":[{"type":"string","optional":false,"field":"serverName"}],"optional":false,"name":"io.debezium.connector.common.ServerNameKey","version":1}""";

    public static string Key(string topic, IEnumerable<EventColumn> columns) =>
        $"{{\"type\":\"struct\",\"fields\":[{Fields(columns)}],\"optional\":false,\"name\":{JsonText.Quote(topic + ".Key")}}}";

    public static string Envelope(string topic, IReadOnlyList<EventColumn> columns)
    {
        string Row(string field) =>
            $"{{\"type\":\"struct\",\"fields\":[{Fields(columns.Where(c => c.Form is not null))}],\"optional\":true,\"name\":{JsonText.Quote(topic + ".Value")},\"field\":\"{field}\"}}";
        static string Time(string unit) => $"{{\"type\":\"int64\",\"optional\":true,\"field\":\"ts_{unit}\"}}";
        return $"{{\"type\":\"struct\",\"fields\":[{Row("before")},{Row("after")},{Source},{Transaction},{Op},{Time("ms")},{Time("us")},{Time("ns")}],\"optional\":false,\"name\":{JsonText.Quote(topic + ".Envelope")},\"version\":2}}";
    }

    /// <summary>A payload as the converter writes it.</summary>
    public static string With(bool schemas, string schema, string payload) => schemas ? $"{{\"schema\":{schema},\"payload\":{payload}}}" : payload;

    private static string Fields(IEnumerable<EventColumn> columns) =>
        string.Join(',', columns.Select(c => c.Form!.Schema(c.IsOptional, c.Default, c.Name)));
}
