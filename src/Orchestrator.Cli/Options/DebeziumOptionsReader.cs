using System.Globalization;
using Orchestrator.ChangeSources.Debezium;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>Builds where changes come from if they come by way of Kafka.</summary>
internal static class DebeziumOptionsReader
{
    private const string ServersRule = "must be host:port, separated by commas";

    /// <param name="options">What was given.</param>
    /// <param name="read">Takes what is wrong.</param>
    /// <param name="source">URL of the source; empty if it is missing or wrong.</param>
    /// <returns>Null: changes are read from the source's log.</returns>
    public static DebeziumOptions? Read(EffectiveOptions options, OptionReader read, string source)
    {
        if (!read.Choice(OptionCatalog.ChangeSource, ("embedded", false), ("debezium", true)))
        {
            // The environment may hold them for other programs.
            read.Refuse(OptionCatalog.OfDebezium.Where(s => options.Find(s) is { Origin: "flag" }), "is only for --change-source debezium");
            return null;
        }

        if (source.Length > 0 && !EngineFactory.HasLog(source))
            read.Wrong(OptionCatalog.ChangeSource, "is not for SQLite files: they keep no log", "debezium", false);
        if (source.Length > 0 && EngineFactory.IsPostgreSql(source))
            read.Refuse(options.Find(OptionCatalog.ConnectorKafka) is { Origin: "flag" } ? [OptionCatalog.ConnectorKafka] : [], "is only for MySQL and MariaDB sources");
        else if (source.Length > 0)
            read.Refuse([OptionCatalog.ApplyParts], "is only for PostgreSQL sources so far");
        if (options.Text(OptionCatalog.Strategy) is { } strategy and not "full-load-cdc")
            read.Wrong(OptionCatalog.ChangeSource, "is only for --strategy full-load-cdc", strategy, false);
        return new DebeziumOptions
        {
            BootstrapServers = read.Required(OptionCatalog.KafkaBootstrapServers, servers => servers.Split(',').All(IsServer), ServersRule),
            ConnectUrl = read.Url(OptionCatalog.DebeziumConnectUrl, DebeziumSourceEngine.CheckConnectUrl),
            TopicPrefix = options.Text(OptionCatalog.TopicPrefix),
            Partitions = read.Number(OptionCatalog.TopicPartitions, 1, 1000),
            ApplyParts = read.Number(OptionCatalog.ApplyParts, 0, 64),
            ClientFile = options.Text(OptionCatalog.KafkaConfig),
            ConnectorBootstrapServers = options.Text(OptionCatalog.ConnectorKafka) is null ? null : read.Required(OptionCatalog.ConnectorKafka, servers => servers.Split(',').All(IsServer), ServersRule),
            SourceHost = options.Text(OptionCatalog.ConnectorSource),
            PasswordReference = options.Text(OptionCatalog.ConnectorPassword),
        };
    }

    private static bool IsServer(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(text.AsSpan(colon + 1).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
