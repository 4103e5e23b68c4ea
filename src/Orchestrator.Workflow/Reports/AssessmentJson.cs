using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Core.Assessment;

namespace Orchestrator.Workflow.Reports;

/// <summary>
/// The assessment as JSON: snake_case, units in names, enums as words, absent is null. Fields are added, never changed
/// (<c>schema_version</c>).
/// </summary>
public static class AssessmentJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
        // The document is a file or a terminal's, never part of a page: names stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(AssessmentReport report) => Node(report).ToJsonString(Options);

    /// <summary>The same as a node, to be put into a larger document.</summary>
    public static JsonObject Node(AssessmentReport report) => new()
    {
        ["schema_version"] = 1,
        ["source"] = report.Source,
        ["target"] = report.Target,
        ["at"] = report.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"),
        ["verdict"] = report.IsBlocked ? "blocked" : "ready",
        ["blockers"] = Count(report, Severity.Blocker),
        ["warnings"] = Count(report, Severity.Warning),
        ["notes"] = Count(report, Severity.Note),
        ["findings"] = Findings(report.Findings),
        ["measures"] = Measures(report.Measures),
        ["columns"] = new JsonArray([.. report.Columns.Select(Column)]),
        ["checks"] = new JsonArray([.. report.ChecksRun.Select(c => (JsonNode)CheckLabel.Parse(c).ToJson())]),
    };

    /// <summary>Findings alone, for documents that carry them at the top.</summary>
    public static JsonArray Findings(IEnumerable<Finding> findings) => new([.. findings.Select(f => JsonSerializer.SerializeToNode(f, Options))]);

    private static int Count(AssessmentReport report, Severity severity) => report.Findings.Count(f => f.Severity == severity);

    private static JsonNode Column(ColumnMapping column) => new JsonObject
    {
        ["source_table"] = column.SourceTable.ToString(),
        ["source_column"] = column.SourceColumn,
        ["source_type"] = column.SourceType,
        ["table"] = column.Table.ToString(),
        ["column"] = column.Column,
        ["type"] = column.Type,
        ["conversion"] = column.Conversion.Length > 0 ? column.Conversion : null,
    };

    private static JsonObject Measures(AssessmentMeasures measures) => new()
    {
        ["tables"] = measures.Tables,
        ["table_bytes"] = measures.Bytes,
        ["index_bytes"] = measures.IndexBytes,
        ["log_bytes_per_second"] = Math.Round(measures.LogBytesPerSecond),
        ["predicted_load_ms"] = Math.Round(measures.LoadSeconds * 1000),
        ["predicted_pause_ms"] = Math.Round(measures.PauseSeconds * 1000),
        ["basis"] = measures.Basis,
    };
}
