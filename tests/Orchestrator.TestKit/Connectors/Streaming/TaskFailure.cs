namespace Orchestrator.TestKit.Connectors;

/// <summary>What ends a task for good, in the words of the real one's exceptions.</summary>
internal static class TaskFailure
{
    public static InvalidOperationException NoSlot(string slot) => new($"io.debezium.DebeziumException: Replication slot \"{slot}\" does not exist");

    public static InvalidOperationException NoPublication(string publication) =>
        new($"org.apache.kafka.connect.errors.ConnectException: Publication autocreation is disabled, please create one and restart the connector. ({publication})");

    public static InvalidOperationException OffsetBehind(ulong offset, ulong slot) =>
        new($"io.debezium.DebeziumException: Offset LSN {offset} is behind the replication slot's confirmed LSN {slot}: changes are lost");

    public static InvalidOperationException NoOffset() => new("io.debezium.DebeziumException: The stand-in copies no rows of MariaDB: give it an offset");

    public static InvalidOperationException NoHistory() => new("io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring the connector to RECOVERY");

    public static InvalidOperationException NotThatLog(string wanted, string there) =>
        new($"io.debezium.DebeziumException: The connector is trying to read change stream starting at GTIDs {wanted}, but at that place of the log stand {there}");

    /// <summary>A trace as Connect shows it.</summary>
    public static string Trace(Exception e) =>
        "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.\n"
        + "\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)\n"
        + $"Caused by: {(e.Message.StartsWith("io.", StringComparison.Ordinal) || e.Message.StartsWith("org.", StringComparison.Ordinal) ? "" : "org.postgresql.util.PSQLException: ")}{e.Message}\n"
        + "\t... 5 more\n";
}
