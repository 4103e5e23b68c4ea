using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>What goes wrong between the source, the connector and its topics.</summary>
internal static class CaptureErrors
{
    public static OrchestratorException TopicsStay(IReadOnlyList<string> topics) => new(
        ErrorKind.Transient, "E-DBZ-092", $"Kafka does not delete {topics.Count} topics of this run, among them {topics[0]}.",
        "See whether the brokers allow it (delete.topic.enable) and the account may; or delete them yourself.");

    public static OrchestratorException PlaceForgotten(string connector) => new(
        ErrorKind.Data, "E-DBZ-093", $"Connector {connector} is gone, and Kafka Connect no longer knows where in the source's log it stood.",
        "What it had not passed on is lost to this run: roll it back and start a new one.");
}
