using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>The tables of the live view. Names are cut in the middle, notes at the end, numbers never.</summary>
internal static class LiveTable
{
    private const int ShortestName = 8;
    private const int LongestName = 40;
    private const int LongestNote = 20;
    private static readonly string[] Titles = ["TABLE", "STATE", "ROWS", "DONE", "BYTES", "ETA", "NOTE"];

    /// <param name="tables">Rows, in their order.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="wide">With bytes, notes and full counts.</param>
    public static IEnumerable<IReadOnlyList<Piece>> Lines(IReadOnlyList<TableProgress> tables, int width, bool wide)
    {
        int[] columns = wide ? [0, 1, 2, 3, 4, 5, 6] : [0, 1, 2, 3, 5];
        var rows = tables.Select(t => Cells(t, wide)).ToList();
        var widths = columns.ToDictionary(c => c, c => rows.Select(r => r[c].Length).Append(Titles[c].Length).Max());
        var gaps = 2 * (columns.Length - 1);
        var others = widths.Where(w => w.Key is not (0 or 6)).Sum(w => w.Value) + gaps;
        widths[0] = Math.Clamp(Math.Min(widths[0], width - others - (wide ? Math.Min(widths[6], LongestNote) : 0)), ShortestName, LongestName);
        if (wide) widths[6] = Math.Max(0, width - others - widths[0]);

        yield return [new(Line(columns, widths, Titles).TrimEnd(), "dim")];
        for (var i = 0; i < rows.Count; i++)
        {
            var line = Line(columns, widths, rows[i]);
            var (start, length) = (widths[0] + 2, widths[1]);
            yield return
            [
                new(line[..start]), new(line.Substring(start, length), Color(tables[i].Activity)), new(line[(start + length)..].TrimEnd()),
            ];
        }
    }

    private static string[] Cells(TableProgress t, bool wide)
    {
        var done = t.Activity is TableActivity.Done or TableActivity.Indexing;
        Func<long, string> count = wide ? Figures.Count : Figures.ShortCount;
        var total = t.RowsEstimate is { } n && !done ? "/~" + count(n) : "";
        double? percent = t.Activity == TableActivity.Done ? 100
            : t.BytesPlanned is > 0 and { } planned ? Math.Min(99.9, 100.0 * t.BytesDone / planned)
            : null;
        return
        [
            Figures.Safe(t.Table.ToString()),
            t.Activity == TableActivity.Retrying ? $"retry {t.Attempt}" : t.Activity.ToString().ToLowerInvariant(),
            count(t.RowsDone) + total,
            Figures.Percent(percent),
            Figures.Bytes(t.BytesDone),
            t.Eta is { } eta ? Figures.Rough(Figures.Rounded(eta)) : t.Activity == TableActivity.Done ? "" : Figures.Unknown,
            Figures.Safe(t.Note),
        ];
    }

    private static string Line(int[] columns, Dictionary<int, int> widths, string[] cells) => string.Join("  ", columns.Select(c =>
    {
        var width = widths[c];
        var text = c == 0 ? Figures.Middle(cells[c], width) : c == 6 && cells[c].Length > width ? cells[c][..width] : cells[c];
        return c is 0 or 1 or 6 ? text.PadRight(width) : text.PadLeft(width);
    }));

    private static string? Color(TableActivity activity) => activity switch
    {
        TableActivity.Done => "green",
        TableActivity.Retrying => "yellow",
        TableActivity.Waiting => "dim",
        _ => "aqua",
    };
}
