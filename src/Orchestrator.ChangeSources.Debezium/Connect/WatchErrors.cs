using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>Why watching a connector ends a run.</summary>
internal static class WatchErrors
{
    public static OrchestratorException Failed(string sentence, int restarts) => new(
        ErrorKind.Data, "E-DBZ-044", $"{sentence} It was restarted {restarts} times in vain.",
        "Remove what the trace names, see Kafka Connect's log for the rest of it, then resume.");

    public static OrchestratorException Missing(string connector) => new(
        ErrorKind.Data, "E-DBZ-045", $"Connector {connector} is gone from Kafka Connect: somebody deleted it, or Connect's config topic was lost.",
        "Resume to register it again; if the source's log was cut meanwhile: roll back, start again.");

    public static OrchestratorException Unreachable(string connector, TimeSpan time, Exception inner) => new(
        ErrorKind.Transient, "E-DBZ-046", $"Connector {connector} could not be asked for {time.TotalSeconds:0} s: {inner.Message}",
        "Bring Kafka Connect back, then resume: the source keeps its log for the connector.", inner);

    public static OrchestratorException Unassigned(string connector, TimeSpan time, string tasks) => new(
        ErrorKind.Transient, "E-DBZ-047", $"Connector {connector} has not been at work for {time.TotalSeconds:0} s; its tasks: {tasks}.",
        "Check that Kafka Connect has a worker and reaches its brokers, then resume.");
}

/// <summary>What failed of a connector: itself, or a task.</summary>
/// <param name="Task">Number of the task; null: the connector itself.</param>
/// <param name="Worker">Where.</param>
/// <param name="Reason">First line of the trace, secrets hidden.</param>
internal sealed record Failure(int? Task, string Worker, string Reason)
{
    private const int LongestReason = 500;

    /// <summary>Null: nothing failed.</summary>
    public static Failure? Of(ConnectorStatus status, IReadOnlyList<string> secrets)
    {
        if (status.FailedTask is { } task) return new Failure(task.Id, task.Worker, FirstLine(task.Trace, secrets));
        return status.State == ConnectorState.Failed ? new Failure(null, status.Worker, FirstLine(status.Trace, secrets)) : null;
    }

    public string Sentence(string connector) =>
        $"{(Task is { } id ? $"Task {id} of connector {connector}" : $"Connector {connector}")} failed on worker {Worker}: {Reason}.";

    /// <summary>The first line and, because Connect wraps it, that of the deepest cause.</summary>
    private static string FirstLine(string trace, IReadOnlyList<string> secrets)
    {
        var lines = trace.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) return "it left no trace";
        var cause = lines.LastOrDefault(l => l.StartsWith("Caused by: ", StringComparison.Ordinal));
        var text = SecretText.Mask(cause is null ? lines[0] : $"{lines[0]} ({cause})", secrets).TrimEnd('.');
        return text.Length > LongestReason ? text[..LongestReason] + "..." : text;
    }
}
