namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>What a topic of a connector holds, known by its name: <c>PREFIX.transaction</c>, <c>PREFIX.message</c>, <c>PREFIX</c> and the heartbeat topic stand beside those of tables.</summary>
internal enum TopicKind
{
    Data,
    Transaction,
    Message,
    Heartbeat,
    SchemaChange,
}
