using Orchestrator.Core.Validation;

namespace Orchestrator.Workflow;

/// <summary>What gates need to know of a validation.</summary>
/// <param name="Verdict"><c>equal</c>, <c>different</c>, <c>not-proven</c>.</param>
/// <param name="TablesEqual">Tables proven equal.</param>
/// <param name="TablesTotal">Tables of the run.</param>
/// <param name="RowsCompared">Rows on the source side.</param>
/// <param name="DifferentRows">Rows that differ after the re-check.</param>
/// <param name="At">When it ended.</param>
public sealed record ValidationSummary(
    string Verdict, int TablesEqual, int TablesTotal, long RowsCompared, long DifferentRows, DateTimeOffset At)
{
    /// <inheritdoc cref="ValidationReport.ColumnsVersion"/>
    public string? ColumnsVersion { get; init; }

    public static ValidationSummary Of(ValidationReport report) => new(
        report.Verdict switch
        {
            ValidationVerdict.Equal => "equal",
            ValidationVerdict.Different => "different",
            _ => "not-proven",
        },
        report.Tables.Count(t => t.Verdict == ValidationVerdict.Equal),
        report.Tables.Count,
        report.Tables.Sum(t => t.SourceRows),
        report.Tables.Sum(t => t.Missing + t.Extra + t.Changed),
        report.EndedAt)
        {
            ColumnsVersion = report.ColumnsVersion,
        };
}
