using Orchestrator.Cli.Output;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Output;

public sealed class LiveLayoutTests
{
    private static string[] Render(RunProgress progress, int width, int height = 40) =>
        [.. LiveLayout.Lines(progress, width, height).Select(line => string.Concat(line.Select(p => p.Text)).TrimEnd())];

    [Fact]
    public void At_100_columns_everything_is_there()
    {
        var lines = Render(Samples.FullLoad(), 100);
        var time = Samples.At.ToLocalTime().ToString("HH:mm:ss", null);

        Assert.Equal("shop-to-pg  full load  62.4 %  left ~24-29 min  db1:5432/shop -> rds-7:5432/shop            " + time, lines[0]);
        Assert.Equal("SAFE source untouched and writable", lines[1]);
        Assert.Equal("82,000 rows/s 19.0 MiB/s | source keeps 2.0 GiB of log", lines[2]);
        Assert.Equal("TABLE                STATE                       ROWS     DONE    BYTES     ETA  NOTE", lines[3]);
        Assert.Equal("shop.events          retry 2   12,004,112/~30,000,000   40.0 %  4.4 GiB  19 min  40P01, again in 8 s", lines[4]);
        Assert.Equal("1 done, 2 running, 1 retrying, 1 waiting    Ctrl+C stops cleanly", lines[^1]);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public void At_80_columns_bytes_and_notes_go_and_numbers_are_whole()
    {
        var lines = Render(Samples.FullLoad(), 80);

        Assert.DoesNotContain("BYTES", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.DoesNotContain("NOTE", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("shop.orders", StringComparison.Ordinal) && l.EndsWith("41.2 M/~66.0 M   62.3 %  11 min", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains('~', StringComparison.Ordinal) && l.StartsWith("shop.a_table_with_", StringComparison.Ordinal) && l.Contains("_be ", StringComparison.Ordinal));
        Assert.All(lines, l => Assert.True(l.Length <= 80, l));
    }

    [Fact]
    public void Cut_to_the_height_says_how_many_more_and_keeps_what_needs_a_look()
    {
        var many = Enumerable.Range(0, 300).Select(i => new TableProgress(new TableRef("s", $"t{i}"), i == 250 ? TableActivity.Retrying : i < 100 ? TableActivity.Done : TableActivity.Waiting, i, i, i, i)).ToList();

        var lines = Render(Samples.FullLoad() with { Tables = many }, 100, 14);

        Assert.True(lines.Length <= 14);
        Assert.Contains(lines, l => l.StartsWith("s.t250  ", StringComparison.Ordinal) && l.Contains("retry", StringComparison.Ordinal));
        Assert.Equal("+292 more: 100 done, 1 retrying, 199 waiting    Ctrl+C stops cleanly", lines[^1]);
    }

    [Fact]
    public void Cdc_shows_lag_first_and_a_pause_is_never_called_safe()
    {
        Assert.Equal("lag 0.42 s | 9,100 changes/s | 120,400 transactions | source keeps 12.0 MiB of log", Render(Samples.Cdc(), 100)[2]);

        var paused = Render(Samples.Cdc() with { Phase = "cutover", Safety = "WRITES PAUSED since 0.31 s, limit 30 s" }, 80);
        Assert.Equal("WRITES PAUSED since 0.31 s, limit 30 s", paused[1]);
    }

    [Fact]
    public void Names_cannot_carry_escapes_or_markup()
    {
        var table = new TableProgress(new TableRef("[red]", "x\u001b[2Jy[/]"), TableActivity.Copying, 1, 1, 1, 1, "[bold]\n");

        var lines = Render(Samples.FullLoad() with { Tables = [table] }, 100);

        Assert.Contains(lines, l => l.StartsWith("[red].x\\u001b[2Jy[/]", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', string.Join('\n', lines));
    }

    [Theory]
    [InlineData(40, 40, "~40 s")]
    [InlineData(95, 95, "~1 min 40 s")]
    [InlineData(700, 700, "~12 min")]
    [InlineData(1410, 1734, "~24-29 min")]
    [InlineData(4100, 4150, "~1 h 10 min")]
    [InlineData(3000, 4000, "~50 min - 1 h 10 min")]
    public void Eta_is_rounded_up_and_a_range_only_when_it_is_one(double least, double most, string text) =>
        Assert.Equal(text, Figures.Eta(new EtaRange(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most))));
}
