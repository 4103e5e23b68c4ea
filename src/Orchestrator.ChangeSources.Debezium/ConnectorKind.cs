namespace Orchestrator.ChangeSources.Debezium;

/// <summary>Which of Debezium's connectors writes the events.</summary>
internal enum ConnectorKind
{
    PostgreSql,
    MySql,
    MariaDb,
}
