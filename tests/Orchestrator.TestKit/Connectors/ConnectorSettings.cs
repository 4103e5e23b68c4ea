using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A connector's configuration, read: what the stand-in goes by. Defaults are the real connector's.</summary>
internal sealed record ConnectorSettings
{
    private readonly IReadOnlyDictionary<string, string> _config;

    public ConnectorSettings(IReadOnlyDictionary<string, string> config)
    {
        _config = config;
        Tables = Patterns("table.include.list");
        MessagePrefixes = Patterns("message.prefix.include.list");
        SingleTopics = Patterns("topic.creation.single.include");
        IncludesUnknownTypes = Is("include.unknown.datatypes");
        var skipped = Text("skipped.operations", "t");
        Skipped = skipped == "none" ? [] : [.. skipped.Split(',').Select(s => s.Trim())];
    }

    public string Prefix => Text("topic.prefix", "");

    public string Slot => Text("slot.name", "debezium");

    public string Publication => Text("publication.name", "dbz_publication");

    public string Database => Text("database.dbname", "");

    public string SnapshotMode => Text("snapshot.mode", "initial");

    /// <summary>An offset the slot does not agree with ends the task.</summary>
    public bool TrustsOffset => Text("offset.mismatch.strategy", "") == "trust_offset";

    public bool HasTransactions => Is("provide.transaction.metadata");

    public bool HasTombstones => Text("tombstones.on.delete", "true") == "true";

    public bool HasKeySchemas => Text("key.converter.schemas.enable", "true") == "true";

    public bool HasValueSchemas => Text("value.converter.schemas.enable", "true") == "true";

    /// <summary>Zero: none.</summary>
    public TimeSpan Heartbeat => TimeSpan.FromMilliseconds(Whole("heartbeat.interval.ms", 0));

    /// <summary>Run at each heartbeat; empty: none.</summary>
    public string HeartbeatQuery => Text("heartbeat.action.query", "");

    public string Placeholder => Text("unavailable.value.placeholder", "__debezium_unavailable_value");

    public bool DecimalsAsText => Text("decimal.handling.mode", "precise") == "string";

    /// <summary>The whole range of <c>bigint unsigned</c> arrives; otherwise its upper half as negative numbers.</summary>
    public bool UnsignedArePrecise => Text("bigint.unsigned.handling.mode", "long") == "precise";

    /// <summary>Events of MariaDB carry the statement that made them.</summary>
    public bool IncludesQuery => Is("include.query");

    /// <summary>Reads the log of MariaDB.</summary>
    public bool IsMariaDb => Text("connector.class", "").EndsWith("MariaDbConnector", StringComparison.Ordinal);

    public bool BytesAsText => Text("binary.handling.mode", "bytes") == "base64";

    public bool IntervalsAsText => Text("interval.handling.mode", "numeric") == "string";

    public bool HstoreAsMap => Text("hstore.handling.mode", "json") == "map";

    public bool TimesAlwaysMicros => Text("time.precision.mode", "adaptive") == "adaptive_time_microseconds";

    /// <summary>Columns of types the connector does not know are sent as bytes of their text.</summary>
    public bool IncludesUnknownTypes { get; init; }

    /// <summary>Letters of operations that make no events.</summary>
    public IReadOnlyList<string> Skipped { get; }

    private List<Regex> Tables { get; }

    private List<Regex> MessagePrefixes { get; }

    private List<Regex> SingleTopics { get; }

    public bool Captures(string schema, string table) => Tables.Count == 0 || Tables.Exists(r => r.IsMatch($"{schema}.{table}"));

    public bool PassesMessage(string prefix) => MessagePrefixes.Count == 0 || MessagePrefixes.Exists(r => r.IsMatch(prefix));

    /// <summary>Partitions the topic is to have.</summary>
    public int PartitionsOf(string topic) => SingleTopics.Exists(r => r.IsMatch(topic)) ? 1 : Whole("topic.creation.default.partitions", 1);

    /// <summary>How the source is reached.</summary>
    public NpgsqlConnectionStringBuilder Connection() => new()
    {
        Host = Text("database.hostname", ""),
        Port = Whole("database.port", 5432),
        Username = Text("database.user", ""),
        Password = Text("database.password", ""),
        Database = Database,
        Pooling = false,
        ApplicationName = "Debezium Streaming",
        Options = "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c statement_timeout=0",
    };

    public string Text(string key, string otherwise) => _config.TryGetValue(key, out var value) ? value.Trim() : otherwise;

    private bool Is(string key) => Text(key, "false") == "true";

    private int Whole(string key, int otherwise) => _config.TryGetValue(key, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>A list of patterns, each of a whole name, whatever its case; a comma within one is escaped.</summary>
    private List<Regex> Patterns(string key) =>
        [.. Regex.Split(Text(key, ""), @"(?<!\\),", RegexOptions.None, TimeSpan.FromSeconds(1)).Where(p => p.Trim().Length > 0)
            .Select(p => new Regex($"^(?:{p.Trim().Replace("\\,", ",", StringComparison.Ordinal)})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))];
}
