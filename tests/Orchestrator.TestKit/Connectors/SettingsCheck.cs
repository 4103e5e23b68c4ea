using Npgsql;

namespace Orchestrator.TestKit.Connectors;

/// <summary>What the stand-in has against a configuration: what the real one refuses, and what is not imitated.</summary>
internal static class SettingsCheck
{
    public const string ConnectorClass = "io.debezium.connector.postgresql.PostgresConnector";

    public const string MariaDbClass = "io.debezium.connector.mariadb.MariaDbConnector";

    private static readonly string[] Required = ["topic.prefix", "database.hostname", "database.user", "database.password", "database.dbname"];

    private static readonly string[] RequiredByMariaDb =
        ["topic.prefix", "database.hostname", "database.user", "database.password", "database.server.id", "schema.history.internal.kafka.topic", "schema.history.internal.kafka.bootstrap.servers"];

    private static readonly (string Key, string[] Values)[] KnownOfMariaDb =
    [
        ("connector.class", [MariaDbClass]),
        ("snapshot.mode", ["no_data", "recovery"]),
        ("snapshot.locking.mode", ["none", "minimal"]),
        ("decimal.handling.mode", ["precise", "string"]),
        ("time.precision.mode", ["adaptive_time_microseconds"]),
        ("binary.handling.mode", ["bytes", "base64"]),
        ("bigint.unsigned.handling.mode", ["precise", "long"]),
        ("include.schema.changes", ["true"]),
        ("key.converter", ["org.apache.kafka.connect.json.JsonConverter"]),
        ("value.converter", ["org.apache.kafka.connect.json.JsonConverter"]),
        ("key.converter.schemas.enable", ["false"]),
        ("value.converter.schemas.enable", ["false"]),
        ("transforms", [""]),
    ];

    /// <summary>Values that are imitated of settings that change events; a setting that is left out has its default.</summary>
    private static readonly (string Key, string[] Values)[] Known =
    [
        ("connector.class", [ConnectorClass, "PostgresConnector"]),
        ("plugin.name", ["pgoutput"]),
        ("snapshot.mode", ["no_data", "never", "initial"]),
        ("decimal.handling.mode", ["precise", "string"]),
        ("time.precision.mode", ["adaptive", "adaptive_time_microseconds"]),
        ("binary.handling.mode", ["bytes", "base64"]),
        ("interval.handling.mode", ["numeric", "string"]),
        ("hstore.handling.mode", ["json", "map"]),
        ("key.converter", ["org.apache.kafka.connect.json.JsonConverter"]),
        ("value.converter", ["org.apache.kafka.connect.json.JsonConverter"]),
        ("transforms", [""]),
    ];

    /// <summary>Faults by field; none: the configuration is taken.</summary>
    public static async Task<IReadOnlyList<(string Field, string Message)>> FindAsync(IReadOnlyDictionary<string, string> config)
    {
        var faults = new List<(string, string)>();
        var isMariaDb = new ConnectorSettings(config).IsMariaDb;
        foreach (var key in isMariaDb ? RequiredByMariaDb : Required)
            if (!config.TryGetValue(key, out var value) || value.Length == 0) faults.Add((key, $"The '{key}' value is invalid: A value is required"));
        foreach (var (key, values) in isMariaDb ? KnownOfMariaDb : Known)
            if (config.TryGetValue(key, out var value) && !values.Contains(value)) faults.Add((key, $"The '{key}' value is invalid: Value must be one of {string.Join(", ", values)}"));
        if (isMariaDb)
        {
            if (faults.Count == 0 && await new MariaCatalog(new ConnectorSettings(config)).TryAsync() is { } problem) faults.Add(("database.hostname", $"Error while validating connector config: {problem}"));
            return faults;
        }

        if (!config.ContainsKey("plugin.name")) faults.Add(("plugin.name", "The 'plugin.name' value is invalid: decoderbufs is not installed"));
        if (faults.Count == 0) await TryConnectAsync(config, faults);
        return faults;
    }

    private static async Task TryConnectAsync(IReadOnlyDictionary<string, string> config, List<(string, string)> faults)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new ConnectorSettings(config).Connection().ConnectionString);
            await connection.OpenAsync();
        }
        catch (PostgresException e)
        {
            faults.Add(("database.hostname", $"Error while validating connector config: FATAL: {e.MessageText}"));
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or FormatException)
        {
            faults.Add(("database.hostname", $"Error while validating connector config: {e.Message}"));
        }
    }
}
