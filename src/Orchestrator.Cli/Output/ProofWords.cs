using Orchestrator.Core.Validation;

namespace Orchestrator.Cli.Output;

/// <summary>A validation as text: one verdict first, then every table that is not proven equal, with its first row.</summary>
internal static class ProofWords
{
    public static IEnumerable<IReadOnlyList<Piece>> Of(ValidationReport report)
    {
        var equal = report.Tables.Count(t => t.Verdict == ValidationVerdict.Equal);
        var different = report.Tables.Where(t => t.Verdict == ValidationVerdict.Different).ToList();
        var unproven = report.Tables.Where(t => t.Verdict == ValidationVerdict.NotProven).ToList();
        var details = $" {equal} of {Figures.Plural(report.Tables.Count, "table")} equal";
        if (different.Count > 0)
            details += $", {Figures.Plural(different.Sum(Rows), "row")} {(different.Sum(Rows) == 1 ? "differs" : "differ")} in {Figures.Plural(different.Count, "table")}";
        if (unproven.Count > 0) details += $", NOT PROVEN {Figures.Plural(unproven.Count, "table")}";
        details += $", {Figures.Plural(report.Tables.Sum(t => t.SourceRows), "row")} compared, {Figures.Time(report.EndedAt - report.StartedAt)}";
        if (report.Tables.Sum(t => t.Rejected) is > 0 and var rejected) details += $", {Figures.Plural(rejected, "rejected row")} of the source left out";
        if (report.Position is { } position) details += $", at {position}";
        yield return [new("proof  "), Verdict(report.Verdict), new(details)];
        foreach (var table in different) yield return [new("x ", "red"), new($"{table.Table}  {First(table)}")];
        foreach (var table in unproven) yield return [new("? ", "yellow"), new($"{table.Table}  {table.Reason ?? "not compared"}")];
    }

    /// <summary>One line per table: verdict, rows on both sides, how long it took.</summary>
    public static IEnumerable<IReadOnlyList<Piece>> Tables(ValidationReport report)
    {
        var width = Math.Min(48, report.Tables.Select(t => t.Table.ToString().Length).DefaultIfEmpty().Max());
        foreach (var table in report.Tables)
        {
            var rows = table.SourceRows == table.TargetRows
                ? Figures.Plural(table.SourceRows, "row")
                : $"{Figures.Plural(table.SourceRows, "row")} on the source, {Figures.Count(table.TargetRows)} on the target";
            yield return [new($"  {Figures.Middle(table.Table.ToString(), width).PadRight(width)}  "), Verdict(table.Verdict), new($"  {rows}, {Figures.Time(table.Duration)}")];
        }
    }

    private static Piece Verdict(ValidationVerdict verdict) => verdict switch
    {
        ValidationVerdict.Equal => new("EQUAL", "green"),
        ValidationVerdict.Different => new("DIFFERENT", "red"),
        _ => new("NOT PROVEN", "yellow"),
    };

    private static long Rows(TableReport table) => table.Missing + table.Extra + table.Changed;

    private static string First(TableReport table)
    {
        var counts = $"{Figures.Count(table.Missing)} missing, {Figures.Count(table.Extra)} extra, {Figures.Count(table.Changed)} changed"
            + (table.CountsExact ? "" : " at least");
        if (table.Rows.Count == 0) return counts;
        var row = table.Rows[0];
        var key = string.Join(", ", row.Key.Select(k => $"{k.Key}={k.Value}"));
        var columns = row.Kind == DifferenceKind.Changed
            ? string.Concat(row.Columns.Take(2).Select(c => $"  {c.Column} {Text(c.Source)} -> {Text(c.Target)}"))
            : "  " + row.Kind.ToString().ToLowerInvariant();
        return $"{counts}; first: key {key}{columns}";
    }

    private static string Text(ReportedValue? value) => value is null ? "(not shown)" : value.Text is { } text ? $"\"{text}\"" : "NULL";
}
