using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Output;

/// <summary>Reports as text for people.</summary>
internal static class Words
{
    public static IReadOnlyList<IReadOnlyList<Piece>> Of(RunResult result)
    {
        var report = result.Report;
        var lines = new List<IReadOnlyList<Piece>>
        {
            (List<Piece>)[new("RUN ", "bold"), new(result.Run + "  "), Outcome(result.Outcome), new($"  {Name(result.State)}, writable side: {report.WritableSide}")],
        };
        lines.AddRange(Findings(result.Findings));
        lines.AddRange(Of(report));
        return lines;
    }

    public static IEnumerable<IReadOnlyList<Piece>> Of(RunReport report)
    {
        var moved = new List<string>();
        if (report.Tables is { } tables) moved.Add(Figures.Plural(tables, "table"));
        if (report.RowsCopied is { } rows) moved.Add(Figures.Plural(rows, "row") + " copied");
        if (report.LoadMs is { } load) moved.Add("load " + Figures.Time(TimeSpan.FromMilliseconds(load)));
        if (report.RowsApplied is { } applied) moved.Add(Figures.Plural(applied, "change") + " applied");
        if (report.TransactionsApplied is { } transactions) moved.Add(Figures.Plural(transactions, "transaction"));
        if (report.LagMs is { } lag) moved.Add("lag " + Figures.Time(TimeSpan.FromMilliseconds(lag)));
        if (moved.Count > 0) yield return [new("moved  " + string.Join(", ", moved))];
        foreach (var c in report.Converted) yield return [new($"values {c.Column}  {Figures.Plural(c.Count, "value")} converted ({c.Rule})")];
        if (report.Rejected is { Rows: > 0 } rejected)
        {
            yield return [new("reject ", "yellow"), new($"{Figures.Plural(rejected.Rows, "row")} left out, in {rejected.Stash}")];
            foreach (var table in rejected.Tables) yield return [new($"  {table.Table}  {Figures.Plural(table.Rows, "row")} rejected")];
        }

        if (report.Validation is { } v)
            foreach (var line in ProofWords.Of(v)) yield return line;
        if (report.WritePauseMs is { } pause)
        {
            var predicted = report.PredictedPauseMs is { } p ? $" (predicted ~{Figures.Time(TimeSpan.FromMilliseconds(p))})" : "";
            yield return [new($"pause  writes paused for {Figures.Time(TimeSpan.FromMilliseconds(pause))}{predicted}")];
        }

        foreach (var step in report.Steps)
        {
            var time = step.MeasuredMs is { } ms ? Figures.Time(TimeSpan.FromMilliseconds(ms)) : Figures.Unknown;
            yield return [new($"  {step.Name,-28} {time,10}  "), new(step.State, step.State is "done" ? "green" : step.State is "failed" ? "red" : null)];
        }
    }

    public static IReadOnlyList<IReadOnlyList<Piece>> Of(AssessmentReport report, string run)
    {
        var m = report.Measures;
        int Of(Severity severity) => report.Findings.Count(f => f.Severity == severity);
        var counts = $"  {Figures.Plural(Of(Severity.Blocker), "blocker")}, {Figures.Plural(Of(Severity.Warning), "warning")}, {Figures.Plural(Of(Severity.Note), "note")}";
        return
        [
            [
                new("ASSESSMENT ", "bold"), new(run + "  "),
                report.IsBlocked ? new("BLOCKED", "red") : new("READY", "green"),
                new($"{counts}    {Figures.Plural(m.Tables, "table")}  {Figures.Bytes(m.Bytes)}  {Figures.Plural(report.ChecksRun.Count, "check")}"),
            ],
            .. Findings(report.Findings),
            [
                new($"plan   load ~{Figures.Rough(Figures.Rounded(TimeSpan.FromSeconds(m.LoadSeconds)))}, pause ~{Figures.Time(TimeSpan.FromSeconds(m.PauseSeconds))}, "
                    + $"indexes {Figures.Bytes(m.IndexBytes)}, source writes {Figures.Bytes(m.LogBytesPerSecond)}/s of log"),
            ],
        ];
    }

    /// <summary>What becomes of each column, a table at a time; nothing between two PostgreSQL servers.</summary>
    public static IEnumerable<IReadOnlyList<Piece>> Mapping(IReadOnlyList<ColumnMapping> columns)
    {
        foreach (var table in columns.GroupBy(c => (c.SourceTable, c.Table)))
        {
            yield return [new($"map    {table.Key.SourceTable} -> {table.Key.Table}")];
            var (name, type) = (Math.Min(table.Max(c => c.SourceColumn.Length), 30), Math.Min(table.Max(c => c.SourceType.Length), 40));
            foreach (var c in table)
            {
                var renamed = c.Column == c.SourceColumn ? "" : $"{c.Column} ";
                var conversion = c.Conversion.Length > 0 ? $"  ({c.Conversion})" : "";
                yield return [new($"  {c.SourceColumn.PadRight(name)}  {c.SourceType.PadRight(type)}  -> {renamed}{c.Type}{conversion}")];
            }
        }
    }

    /// <summary>As the option is written.</summary>
    public static string Name(MigrationStrategy strategy) => strategy switch
    {
        MigrationStrategy.CdcOnly => "cdc-only",
        MigrationStrategy.ParallelBatch => "parallel-batch",
        _ => "full-load-cdc",
    };

    public static string Name(RunState? state) => state switch
    {
        null => "not started",
        RunState.FullLoad => "full load",
        RunState.RolledBack => "rolled back",
        _ => state.Value.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<IReadOnlyList<Piece>> Findings(IReadOnlyList<Finding> findings)
    {
        foreach (var f in findings.OrderByDescending(f => f.Severity))
        {
            Piece mark = f.Severity switch { Severity.Blocker => new("x ", "red"), Severity.Warning => new("! ", "yellow"), _ => new("- ") };
            yield return [mark, new($"{f.Id}  {f.Object}  {f.Why}")];
            if (f.Fix.Length > 0) yield return [new("    fix: " + f.Fix)];
        }
    }

    private static Piece Outcome(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done => new("DONE", "green"),
        RunOutcome.Different => new("DIFFERENT", "red"),
        RunOutcome.Blocked => new("BLOCKED", "red"),
        RunOutcome.Refused => new("REFUSED", "yellow"),
        _ => new("FAILED", "red"),
    };
}
