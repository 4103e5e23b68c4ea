namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// The MySQL and MariaDB connectors' own settings. They have no setting for a start position: offsets are seeded
/// (<see cref="OffsetSeed"/>) and the first start is in mode <c>recovery</c>, which reads the tables' structure, no rows, and
/// goes on from the offset; <c>no_data</c> would refuse an offset without a history of DDL
/// (https://debezium.io/documentation/reference/stable/connectors/mysql.html#mysql-property-snapshot-mode). After it the
/// mode has to become <c>no_data</c>: every further start in <c>recovery</c> would take the structure of now for that of the
/// offset. The history's topic is created by the connector with one partition and kept for ever.
/// </summary>
internal static class BinlogSettings
{
    public const string FirstStart = "recovery";

    public const string Lasting = "no_data";

    public static void Add(SettingList to, ConnectorOptions options)
    {
        if (options.ServerId == 0) throw ConnectErrors.BadName("The replica's server id", "0", "it has to be 1 to 4294967295");
        if (options.BootstrapServers.Length == 0) throw ConnectErrors.BadName("The list of brokers", "", "it is empty");
        var maria = options.Kind == ConnectorKind.MariaDb;
        var source = options.Source;
        to.Add("connector.class", maria ? "io.debezium.connector.mariadb.MariaDbConnector" : "io.debezium.connector.mysql.MySqlConnector");
        to.Add("tasks.max", "1");
        to.Add("database.hostname", source.Host);
        to.Add("database.port", ConnectorSettings.Number(source.Port));
        to.Add("database.user", source.User);
        to.Add("database.password", source.Password);
        if (source.TlsMode is not null) to.Add("database.ssl.mode", source.TlsMode);
        to.Add("database.server.id", ConnectorSettings.Number(options.ServerId));
        to.Add("database.include.list", NamePattern.ListOf(options.Tables.Select(t => t.Schema).Distinct(StringComparer.Ordinal)));
        to.Add("table.include.list", NamePattern.ListOf(options.Tables));
        to.Add("snapshot.mode", options.ConnectorCopiesRows ? "initial" : FirstStart);

        // Reading structure only, from a position that is known: nothing to freeze the source for.
        to.Add("snapshot.locking.mode", options.ConnectorCopiesRows ? "minimal" : "none");
        to.Add("time.precision.mode", "adaptive_time_microseconds"); // these connectors refuse adaptive
        to.Add("enable.time.adjuster", "false"); // it turns the year 70 into 1970
        to.Add("bigint.unsigned.handling.mode", "precise"); // long turns 18446744073709551615 into -1
        to.Add("inconsistent.schema.handling.mode", "fail");
        to.Add("include.schema.changes", "true");
        to.Add("include.query", "false");
        AddHistory(to, options);
    }

    private static void AddHistory(SettingList to, ConnectorOptions options)
    {
        to.Add("schema.history.internal.kafka.bootstrap.servers", options.BootstrapServers);
        to.Add("schema.history.internal.kafka.topic", options.Names.SchemaHistoryTopic);
        to.Add("schema.history.internal.store.only.captured.tables.ddl", "true"); // others' DDL may be beyond the connector's parser
        to.Add("schema.history.internal.store.only.captured.databases.ddl", "true");
        foreach (var client in (IEnumerable<string>)["producer", "consumer"])
            foreach (var (key, value) in options.KafkaClient) to.Add($"schema.history.internal.{client}.{key}", value);
    }
}
