using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>What stops putting transactions together; nothing after it is applied.</summary>
internal static class MergeErrors
{
    private const string Anew = "Every table must be loaded again: roll this run back and start a new one.";

    public static OrchestratorException Unreadable(string topic, int partition, long offset, Exception inner) => inner is OrchestratorException e
        ? new OrchestratorException(e.Kind, e.Code, $"{e.Message.TrimEnd('.')} ({Place(topic, partition, offset)}).", e.Fix, e) { Table = e.Table, Column = e.Column, Key = e.Key }
        : new OrchestratorException(ErrorKind.Data, "E-DBZ-070", $"The record at {Place(topic, partition, offset)} is none of Debezium's: {inner.Message.TrimEnd('.')}.", Anew, inner);

    public static OrchestratorException Missing(BegunTransaction transaction, long done) => new(
        ErrorKind.Data, "E-DBZ-071",
        $"Event {done + 1} of {transaction.Count} of transaction {transaction} is in no topic, though later ones are in every partition that was read: compaction, retention or a filter took it.",
        Anew);

    public static OrchestratorException TooMany(long count, in DecodedEvent e, (string Topic, int Partition) at, long offset) => new(
        ErrorKind.Data, "E-DBZ-071",
        $"Transaction {BegunTransaction.Name(e.Transaction)} has {count} events by its END record, but {Place(at.Topic, at.Partition, offset)} holds its event {e.TotalOrder}: events of it are lost, or their numbers.",
        Anew);

    public static OrchestratorException Awaited(string what, TimeSpan patience) => new(
        ErrorKind.Transient, "E-DBZ-072", $"{what} did not come within {patience.TotalSeconds:0} s.",
        "See whether the connector and its task are running; what it had not stored it sends again.");

    public static OrchestratorException EndWithoutBegin(TransactionKey key, string topic, long offset) => new(
        ErrorKind.Data, "E-DBZ-073",
        $"Transaction {BegunTransaction.Name(key)} ends at {Place(topic, 0, offset)} and never began: records of the transaction topic are lost.", Anew);

    public static OrchestratorException Renumbered(BegunTransaction transaction, string topic) => new(
        ErrorKind.Data, "E-DBZ-074",
        $"The connector was restarted in the middle of transaction {transaction} ({topic}) and numbered the rest of its events anew: their place among the others cannot be told.",
        Anew + " Connectors from the version that continues the numbers (debezium/dbz#633) do not do this.");

    public static OrchestratorException OutOfOrder(BegunTransaction transaction, in DecodedEvent e, (string Topic, int Partition) at, long offset) => new(
        ErrorKind.Data, "E-DBZ-074",
        $"Event {e.TotalOrder} of transaction {transaction} at {Place(at.Topic, at.Partition, offset)} lies before event {e.TotalOrder - 1} in the source's log: the connector numbered events anew.",
        Anew);

    public static OrchestratorException AnotherLog(BegunTransaction transaction, SourcePosition at, SourcePosition applied) => new(
        ErrorKind.Data, "E-DBZ-075",
        $"Transaction {transaction} is new but lies at {at}, before {applied}, which is applied: the connector reads another server's log.", Anew);

    public static OrchestratorException Snapshot(string topic, int partition, long offset) => new(
        ErrorKind.Data, "E-DBZ-076", $"{Place(topic, partition, offset)} is a row of a snapshot the connector took.",
        "Rows are loaded by the run itself: set snapshot.mode=no_data and send the connector no snapshot signals; roll this run back and start a new one.");

    public static OrchestratorException NoTransaction(string topic, int partition, long offset) => new(
        ErrorKind.Data, "E-DBZ-077", $"{Place(topic, partition, offset)} does not say which transaction it belongs to.",
        "Set provide.transaction.metadata=true for the connector; roll this run back and start a new one.");

    /// <summary>MySQL and MariaDB log it as a statement, whose BEGIN gets no END: later transactions may be handed on before it comes.</summary>
    public static OrchestratorException Truncated(TableRef table, string topic, int partition, long offset, SourcePosition at) => new(
        ErrorKind.Data, "E-DBZ-078",
        $"{table} was emptied by TRUNCATE at {at} in the source's log ({Place(topic, partition, offset)}): the connector does not tell its place among the transactions of other topics.",
        "Roll this run back and start a new one; empty tables with DELETE while it follows changes, or let it read the log itself (without Debezium).") { Table = table.ToString() };

    /// <summary>As a run says it that reads the log itself.</summary>
    public static OrchestratorException Altered(TableRef table, SourcePosition at, string statement) => new(
        ErrorKind.Data, "E-DDL-002", $"{table} was altered at {at}: {(statement.Length <= 120 ? statement : statement[..120] + "...")}.",
        "Make the same change on the target and resume, or roll this run back and start a new one.") { Table = table.ToString() };

    private static string Place(string topic, int partition, long offset) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"topic {topic}, partition {partition}, offset {offset}");
}
