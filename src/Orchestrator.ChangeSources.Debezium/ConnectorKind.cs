using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium;

/// <summary>Which of Debezium's connectors writes the events.</summary>
internal enum ConnectorKind
{
    PostgreSql,
    MySql,
    MariaDb,
}

/// <summary>What the source's log is to Debezium.</summary>
internal static class ConnectorKinds
{
    public static ConnectorKind Connector(this LogKind log) => log switch
    {
        LogKind.PostgreSql => ConnectorKind.PostgreSql,
        LogKind.MySql => ConnectorKind.MySql,
        _ => ConnectorKind.MariaDb,
    };

    /// <summary>
    /// The connector's word for a mode of a source's URL
    /// (https://debezium.io/documentation/reference/stable/connectors/mysql.html#mysql-property-database-ssl-mode, .../mariadb.html).
    /// </summary>
    /// <param name="log">Whose log.</param>
    /// <param name="mode">As in the URL; null: the connector's default.</param>
    public static string? TlsMode(this LogKind log, string? mode) => (log, mode) switch
    {
        (LogKind.MySql, "disable") => "disabled",
        (LogKind.MySql, "require") => "required",
        (LogKind.MySql, "verify-full") => "verify_identity",
        (LogKind.MariaDb, "require") => "trust",
        _ => mode,
    };
}
