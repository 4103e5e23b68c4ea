namespace Orchestrator.TestKit.Connectors;

/// <summary>Names of topics.</summary>
internal static class TopicNames
{
    public static string Data(string prefix, string schema, string table) => Clean($"{prefix}.{schema}.{table}");

    public static string Transaction(string prefix) => Clean($"{prefix}.transaction");

    public static string Message(string prefix) => Clean($"{prefix}.message");

    public static string Heartbeat(string prefix) => Clean($"__debezium-heartbeat.{prefix}");

    /// <summary>Kafka's own characters stay; two tables may end in one topic.</summary>
    private static string Clean(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
}
