using System.Text.Json;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// Reads Connect's answers, https://kafka.apache.org/documentation/#connect_rest. Fields we do not know are passed over; a
/// missing one that is needed is a <see cref="JsonException"/> or <see cref="KeyNotFoundException"/>.
/// </summary>
internal static class ConnectJson
{
    public static ConnectorStatus Status(JsonElement root)
    {
        var connector = root.GetProperty("connector");
        var tasks = root.GetProperty("tasks").EnumerateArray()
            .Select(t => new ConnectorTask(t.GetProperty("id").GetInt32(), State(t), Text(t, "worker_id"), Text(t, "trace"))).ToList();
        return new ConnectorStatus(Text(root, "name"), State(connector), Text(connector, "worker_id"), Text(connector, "trace"), tasks);
    }

    public static IReadOnlyList<ConnectorOffset> Offsets(JsonElement root) =>
        [.. root.GetProperty("offsets").EnumerateArray()
            .Where(o => o.GetProperty("offset").ValueKind == JsonValueKind.Object)
            .Select(o => new ConnectorOffset(o.GetProperty("partition").GetRawText(), o.GetProperty("offset").GetRawText()))];

    public static IReadOnlyList<ConnectorPlugin> Plugins(JsonElement root) =>
        [.. root.EnumerateArray().Select(p => new ConnectorPlugin(Text(p, "class"), Text(p, "version")))];

    public static ConnectServer Server(JsonElement root) => new(root.GetProperty("version").GetString() ?? "", Text(root, "kafka_cluster_id"));

    /// <summary>The fields that have errors, in Connect's order.</summary>
    public static IReadOnlyList<FieldProblem> Problems(JsonElement root) =>
        [.. root.GetProperty("configs").EnumerateArray()
            .Select(c => c.GetProperty("value"))
            .Select(v => new FieldProblem(Text(v, "name"), [.. Errors(v)]))
            .Where(p => p.Messages.Count > 0)];

    private static IEnumerable<string> Errors(JsonElement value) =>
        value.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? errors.EnumerateArray().Select(e => (e.GetString() ?? "").TrimEnd('.', ' ', '\n')).Where(e => e.Length > 0)
            : [];

    private static ConnectorState State(JsonElement element) =>
        element.GetProperty("state").GetString() switch
        {
            "UNASSIGNED" => ConnectorState.Unassigned,
            "RUNNING" => ConnectorState.Running,
            "PAUSED" => ConnectorState.Paused,
            "STOPPED" => ConnectorState.Stopped,
            "FAILED" => ConnectorState.Failed,
            "RESTARTING" => ConnectorState.Restarting,
            "DESTROYED" => ConnectorState.Destroyed,
            _ => ConnectorState.Unknown,
        };

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
