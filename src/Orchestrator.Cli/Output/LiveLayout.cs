using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>A piece of a line in one colour; null: the terminal's own.</summary>
internal readonly record struct Piece(string Text, string? Color = null);

/// <summary>The live view as lines that fit the terminal: first is it safe, then how long still, then the tables.</summary>
internal static class LiveLayout
{
    /// <summary>From this width on bytes, notes and full row counts are shown (a terminal of 100; its last column stays free).</summary>
    private const int Wide = 99;

    public static IReadOnlyList<IReadOnlyList<Piece>> Lines(RunProgress p, int width, int height)
    {
        var lines = new List<IReadOnlyList<Piece>> { Head(p, width) };
        lines.AddRange(State(p, width));
        if (p.Tables.Count == 0) return lines;
        var room = Math.Max(1, height - lines.Count - 3);
        var shown = p.Tables
            .Select((t, i) => (Table: t, i)).OrderBy(t => Order(t.Table.Activity)).ThenBy(t => t.i)
            .Take(room).Select(t => t.Table).ToList();
        lines.AddRange(LiveTable.Lines(shown, width, width >= Wide));
        lines.Add([new(Fit(Counts(p, p.Tables.Count - shown.Count), width))]);
        return lines;
    }

    private static List<Piece> Head(RunProgress p, int width)
    {
        var time = p.At.ToLocalTime().ToString("HH:mm:ss", null);
        var left = Figures.Safe(p.Run) + "  " + p.Phase.Replace('-', ' ');
        if (p.Percent is { } percent) left += "  " + Figures.Percent(percent);
        if (p.Eta is { } eta) left += "  left " + Figures.Eta(eta);
        if (width >= Wide && p.Source.Length > 0) left += $"  {Figures.Safe(p.Source)} -> {Figures.Safe(p.Target)}";
        left = Fit(left, width - time.Length - 2);
        return [new(left, "bold"), new(new string(' ', width - time.Length - left.Length) + time)];
    }

    /// <summary>Safety first; then as many figures as fit, most needed first, on one or two lines.</summary>
    private static IEnumerable<IReadOnlyList<Piece>> State(RunProgress p, int width)
    {
        if (p.Safety.Length > 0)
        {
            var paused = p.Safety.StartsWith("WRITES PAUSED", StringComparison.Ordinal);
            yield return [new(Fit(paused ? p.Safety : "SAFE " + p.Safety, width), paused ? "yellow" : "green")];
        }

        var line = "";
        foreach (var figure in Numbers(p))
        {
            var longer = line.Length == 0 ? figure : line + " | " + figure;
            if (longer.Length > width) break;
            line = longer;
        }

        if (line.Length > 0) yield return [new(line)];
    }

    private static IEnumerable<string> Numbers(RunProgress p)
    {
        if (p.Lag is { } lag) yield return "lag " + Figures.Time(lag);
        if (p.RowsPerSecond is { } rows)
            yield return $"{Figures.Count((long)rows)} rows/s" + (p.BytesPerSecond is { } bytes ? $" {Figures.Bytes(bytes)}/s" : "");
        if (p.ApplyRowsPerSecond is { } apply) yield return $"{Figures.Count((long)apply)} changes/s";
        if (p.TransactionsApplied is { } transactions) yield return Figures.Plural(transactions, "transaction");
        if (p.RetainedLogBytes is { } kept) yield return $"source keeps {Figures.Bytes(kept)} of log";
    }

    private static string Counts(RunProgress p, int hidden)
    {
        int Of(params TableActivity[] states) => p.Tables.Count(t => states.Contains(t.Activity));
        var parts = new List<string>();
        void Add(int n, string word)
        {
            if (n > 0) parts.Add($"{Figures.Count(n)} {word}");
        }

        Add(Of(TableActivity.Done), "done");
        Add(Of(TableActivity.Copying, TableActivity.Indexing), "running");
        Add(Of(TableActivity.Retrying), "retrying");
        Add(Of(TableActivity.Waiting), "waiting");
        return (hidden > 0 ? $"+{Figures.Count(hidden)} more: " : "") + string.Join(", ", parts) + "    Ctrl+C stops cleanly";
    }

    /// <summary>What needs a look comes first; finished tables leave the screen first.</summary>
    private static int Order(TableActivity activity) => activity switch
    {
        TableActivity.Retrying => 0,
        TableActivity.Copying or TableActivity.Indexing => 1,
        TableActivity.Waiting => 2,
        _ => 3,
    };

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..Math.Max(0, width - 1)] + "~";
}
