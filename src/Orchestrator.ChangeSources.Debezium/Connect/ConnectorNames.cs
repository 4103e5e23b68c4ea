using System.Text.RegularExpressions;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// What a run calls its things on Kafka and Kafka Connect. Every name carries the run's id, so that a run never takes up or
/// removes what another one made.
/// </summary>
internal sealed partial class ConnectorNames
{
    private const string Mark = "orchestrator-";

    private ConnectorNames(string stem) => Connector = stem;

    /// <summary>Also the consumer group's and the topics' first part.</summary>
    public string Connector { get; }

    /// <summary>Debezium's <c>topic.prefix</c>: data topics are <c>prefix.schema.table</c>; schema changes go to the topic named so.</summary>
    public string TopicPrefix => Connector;

    public string ConsumerGroup => Connector;

    public string TransactionTopic => TopicPrefix + ".transaction";

    public string MessageTopic => TopicPrefix + ".message";

    public string HeartbeatTopic => "__debezium-heartbeat." + TopicPrefix;

    /// <summary>Holds the DDL MySQL and MariaDB connectors need to read their log; not below the prefix, where a table's topic could be.</summary>
    public string SchemaHistoryTopic => TopicPrefix + "-schema-history";

    /// <summary>What stands for a value that the log did not carry because it had not changed (TOAST): a text that no row has.</summary>
    public string UnavailableValue => $"__{Connector}_unavailable_value";

    /// <param name="run">Id of the run.</param>
    /// <param name="prefix">The user's own first part, e.g. what topics an account may write to; null: none.</param>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-DBZ-041</c>: the prefix is no part of a topic's name.</exception>
    public static ConnectorNames Of(Guid run, string? prefix = null)
    {
        if (!string.IsNullOrEmpty(prefix) && !Prefix().IsMatch(prefix))
            throw ConnectErrors.BadName("The topic prefix", prefix, "1 to 80 letters, digits, '.', '_' and '-', and no '-' at its end");
        var own = Mark + run.ToString("N")[..16];
        return new ConnectorNames(string.IsNullOrEmpty(prefix) ? own : $"{prefix}-{own}");
    }

    /// <summary>The connector was made by some run of ours: for finding what was left behind.</summary>
    public static bool IsAnyRuns(string connector) => Own().IsMatch(connector);

    /// <summary>The connector or consumer group is this run's.</summary>
    public bool IsOurs(string name) => name == Connector;

    /// <summary>The topic is this run's.</summary>
    public bool IsOurTopic(string topic) =>
        topic == TopicPrefix || topic == HeartbeatTopic || topic == SchemaHistoryTopic || topic.StartsWith(TopicPrefix + ".", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z0-9._-]{0,79}[A-Za-z0-9._]$", RegexOptions.CultureInvariant)]
    private static partial Regex Prefix();

    [GeneratedRegex("^([A-Za-z0-9._-]+-)?orchestrator-[0-9a-f]{16}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Own();
}
