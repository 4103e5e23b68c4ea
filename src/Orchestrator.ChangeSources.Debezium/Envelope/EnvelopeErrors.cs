using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>Why a record cannot be turned into a change.</summary>
internal static class EnvelopeErrors
{
    private const string UseEmbedded = "Roll this run back and start a new one with embedded capture (--change-source embedded).";

    /// <summary>The same error, saying which record it stands in.</summary>
    public static OrchestratorException At(this OrchestratorException e, string topic, int partition, long offset) =>
        new(e.Kind, e.Code, $"{e.Message} (topic {topic}, partition {partition}, offset {offset})", e.Fix, e.InnerException)
        {
            Table = e.Table, Column = e.Column, Key = e.Key,
        };

    public static OrchestratorException Malformed(string what, Exception? inner = null) => new(
        ErrorKind.Data, "E-DBZ-001", $"A record is no Debezium event in JSON: {what}.",
        "Set key.converter and value.converter of the connector to org.apache.kafka.connect.json.JsonConverter; if they are, the topic holds records of somebody else.", inner);

    public static OrchestratorException Flattened() => new(
        ErrorKind.Data, "E-DBZ-002", "A record holds a bare row instead of Debezium's envelope: a flattening transform (ExtractNewRecordState) is configured, which drops what the order of transactions is read from.",
        "Remove the transform from the connector's configuration, or let this tool create a connector of its own.");

    public static OrchestratorException NotFollowed(string schema, string table) => new(
        ErrorKind.Data, "E-DBZ-003", $"A change of {schema}.{table} arrived, which was not there when the run was planned (a new table or partition?).",
        "Its rows cannot be added to this run: roll it back and start a new one.") { Table = $"{schema}.{table}" };

    public static OrchestratorException ExtraField(TableRef table, string field) => new(
        ErrorKind.Data, "E-DBZ-004", $"An event of {table} has the column {field}, which the table had not when the run was planned.",
        "Make exactly the same change on the target, then resume.") { Table = table.ToString(), Column = field };

    public static OrchestratorException MissingField(TableRef table, string column) => new(
        ErrorKind.Data, "E-DBZ-005", $"An event of {table} lacks the column {column}: it was dropped or renamed on the source, the connector filters it out, or Debezium does not know its type.",
        "If the table changed, make exactly the same change on the target, then resume; otherwise take the filter out, or set include.unknown.datatypes=true on the connector and start a new run.") { Table = table.ToString(), Column = column };

    /// <param name="what">What the value is and what was expected.</param>
    public static OrchestratorException Value(string what) => new(
        ErrorKind.Data, "E-DBZ-006", $"A value cannot be read: {what}.",
        "Compare the connector's modes (decimal.handling.mode, time.precision.mode, binary.handling.mode) with those this tool writes, and the column's type with the planned one.");

    /// <param name="type">The type, in the words of who names it.</param>
    /// <param name="why">What is lost with it.</param>
    public static OrchestratorException RefusedType(string type, string why) => new(
        ErrorKind.Data, "E-DBZ-007", $"A value of type {type} arrived: {why}.", UseEmbedded);

    /// <param name="what">What the value may have been.</param>
    public static OrchestratorException Lost(string what) => new(
        ErrorKind.Data, "E-DBZ-008", $"Debezium lost a value: {what}.", UseEmbedded);

    public static OrchestratorException NoOldRow(TableRef table) => new(
        ErrorKind.Data, "E-DBZ-009", $"A delete of {table} does not say which row.",
        "Give the table a primary key or REPLICA IDENTITY FULL (MySQL, MariaDB: binlog_row_image=FULL), then start a new run.") { Table = table.ToString() };

    /// <summary>The same error, about this column.</summary>
    public static OrchestratorException In(this OrchestratorException e, TableRef table, string column) =>
        e.Column is not null ? e : new(e.Kind, e.Code, $"{table}, column {column}: {e.Message}", e.Fix, e.InnerException) { Table = table.ToString(), Column = column };
}
