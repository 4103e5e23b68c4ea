using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>What can go wrong between us and the brokers; codes E-DBZ-060 to 089.</summary>
internal static class KafkaErrors
{
    private const string StartOver = "Roll the run back and start a new one; give the topics a longer retention, and delete none while it runs.";

    public static OrchestratorException Options(string faults, Exception? inner = null) => new(
        ErrorKind.Configuration, "E-DBZ-060", $"The Kafka settings cannot be used: {faults}.", "Correct them; docs/kafka.md lists what may be set.", inner);

    public static OrchestratorException Authentication(string brokers, string reason) => new(
        ErrorKind.Configuration, "E-DBZ-061", $"The Kafka brokers {brokers} did not let us in: {reason}.",
        "Check security.protocol, the SASL user and password and the certificates.");

    public static OrchestratorException Authorization(string what, string reason) => new(
        ErrorKind.Configuration, "E-DBZ-062", $"The Kafka brokers do not allow us to use {what}: {reason}.",
        "Grant READ and DESCRIBE on the topics and READ on the consumer group.");

    public static OrchestratorException Gone(string topic, int partition, long wanted, OffsetRange range) => new(
        ErrorKind.Data, "E-DBZ-063",
        $"Topic {topic}, partition {partition}: the record at offset {wanted} is needed, but the broker has only {range}: what lay before was deleted (retention) and its changes are lost.",
        StartOver);

    public static OrchestratorException Shorter(string topic, int partition, long wanted, OffsetRange range) => new(
        ErrorKind.Data, "E-DBZ-064",
        $"Topic {topic}, partition {partition}: offset {wanted} was reached, but the broker has only {range}: the topic was deleted and made again, or cut.",
        StartOver);

    public static OrchestratorException Deleted(string topic, string how) =>
        new(ErrorKind.Data, "E-DBZ-065", $"Topic {topic} {how}: changes may be lost with it.", StartOver);

    public static OrchestratorException Jump(string topic, int partition, long wanted, long got) => new(
        ErrorKind.Data, "E-DBZ-066",
        $"Topic {topic}, partition {partition}: after offset {wanted - 1} came {got}; what lay between is gone, and nothing shows that it was only a transaction's marker.",
        "If Connect writes with exactly-once support, say so in the settings or let us read the topic's settings (DESCRIBE_CONFIGS). Otherwise: " + StartOver);

    public static OrchestratorException Repartitioned(string topic, int before, int now) => new(
        ErrorKind.Data, "E-DBZ-067",
        $"Topic {topic} had {before} partitions and has {now} now: changes of one row may lie in two of them, so their order is not known.",
        "Roll the run back and start a new one; leave the number of partitions alone while it runs.");

    public static OrchestratorException Compacted(string topic, string policy) => new(
        ErrorKind.Configuration, "E-DBZ-068", $"Topic {topic} is compacted (cleanup.policy={policy}): the brokers delete changes a later one of the same key follows.",
        "Set cleanup.policy=delete for it before the run starts.");

    public static OrchestratorException Unreachable(string brokers, string reason, Exception? inner = null) => new(
        ErrorKind.Transient, "E-DBZ-069", $"The Kafka brokers {brokers} do not answer: {reason}.", "Check that they are up and reachable under the names they advertise.", inner);

    public static OrchestratorException NotOurs(string what, string prefix) => new(
        ErrorKind.Bug, "E-DBZ-080", $"{what} was to be deleted but does not begin with {prefix}; nothing was deleted.", "Report it.");

    public static OrchestratorException Damaged(string topic, int partition, long offset, string reason) => new(
        ErrorKind.Data, "E-DBZ-081", $"Topic {topic}, partition {partition}, offset {offset}: the record cannot be read: {reason}.", StartOver);

    public static OrchestratorException Refused(string what, string reason, Exception? inner = null) => new(
        ErrorKind.Configuration, "E-DBZ-082", $"The Kafka brokers refused to {what}: {reason}.", "Read the sentence.", inner);
}
