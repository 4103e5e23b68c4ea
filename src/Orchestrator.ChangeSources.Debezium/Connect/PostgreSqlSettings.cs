namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>
/// The PostgreSQL connector's own settings. Slot and publication are the run's: with <c>no_data</c> and no offset the
/// connector begins at the slot's confirmed position, which is the exported snapshot's
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-snapshots), so nothing has to be
/// seeded.
/// </summary>
internal static class PostgreSqlSettings
{
    private const string Heartbeat = "SELECT pg_catalog.pg_logical_emit_message(true, '" + ConnectorSettings.MarkerPrefix + "_heartbeat', '')";

    public static void Add(SettingList to, ConnectorOptions options)
    {
        if (options.Slot.Length == 0 || options.Publication.Length == 0) throw ConnectErrors.BadName("The replication slot or publication", "", "it has no name");
        var source = options.Source;
        to.Add("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        to.Add("tasks.max", "1");
        to.Add("database.hostname", source.Host);
        to.Add("database.port", ConnectorSettings.Number(source.Port));
        to.Add("database.user", source.User);
        to.Add("database.password", source.Password);
        to.Add("database.dbname", source.Database);
        if (source.TlsMode is not null) to.Add("database.sslmode", source.TlsMode);
        to.Add("plugin.name", "pgoutput");
        to.Add("slot.name", options.Slot);
        to.Add("slot.drop.on.stop", "false");
        to.Add("publication.name", options.Publication);
        to.Add("publication.autocreate.mode", "disabled"); // a publication that is missing is an error, not a new one
        to.Add("table.include.list", NamePattern.ListOf(options.Tables));
        to.Add("snapshot.mode", options.ConnectorCopiesRows ? "initial" : "no_data");

        // A slot ahead of Connect's offset has lost changes: fail. Behind it, it is moved up. Debezium 3.4 and newer.
        to.Add("offset.mismatch.strategy", "trust_offset");
        to.Add("lsn.flush.mode", "connector"); // the other modes confirm what is not yet in Kafka
        to.Add("message.prefix.include.list", NamePattern.Of(ConnectorSettings.MarkerPrefix));

        // Moves an idle database's slot on while others of the server write (CASES C16); the list above keeps it out of Kafka.
        to.Add("heartbeat.action.query", Heartbeat);
        to.Add("time.precision.mode", "adaptive");
        to.Add("interval.handling.mode", "string"); // numeric takes a month for 30.4375 days
        to.Add("hstore.handling.mode", "json");
        to.Add("include.unknown.datatypes", "true"); // otherwise columns of other types are missing from events
    }
}
