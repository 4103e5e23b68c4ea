using Orchestrator.Cli.Output;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Output;

public sealed class LiveViewTests
{
    [Theory]
    [InlineData(80, true)]
    [InlineData(100, true)]
    [InlineData(100, false)]
    public async Task Picture_is_redrawn_in_place_and_what_was_said_stays_above_it(int width, bool color)
    {
        using var error = new StringWriter();
        var terminal = new Terminal { Out = TextWriter.Null, Error = error, Width = width, Height = 24, Environment = _ => null, Clock = TimeProvider.System };
        await using (var view = new LiveView(terminal, color))
        {
            view.Report(Samples.FullLoad());
            view.Say(NoticeLevel.Warning, "chunk retried postgresql://a:geheim@h/d");
        }

        var screen = Screen(error.ToString(), width);

        Assert.EndsWith("chunk retried postgresql://a:***@h/d", screen[0], StringComparison.Ordinal);
        Assert.Equal(LiveLayout.Lines(Samples.FullLoad(), width - 1, 23).Select(l => string.Concat(l.Select(p => p.Text)).TrimEnd()), screen.Skip(1));
        Assert.DoesNotContain("\u001b[?1049", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(color, error.ToString().Contains("\u001b[9", StringComparison.Ordinal));
    }

    /// <summary>What a terminal shows: knows cursor up, erase below, and skips colours.</summary>
    private static List<string> Screen(string text, int width)
    {
        var lines = new List<string> { "" };
        var row = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                if (++row == lines.Count) lines.Add("");
            }
            else if (text[i] == '\u001b')
            {
                var end = i + 2;
                while (!char.IsAsciiLetter(text[end])) end++;
                if (text[end] == 'A') row -= int.Parse(text.AsSpan(i + 2, end - i - 2));
                if (text[end] == 'J')
                {
                    lines.RemoveRange(row, lines.Count - row);
                    lines.Add("");
                }

                i = end;
            }
            else if (text[i] != '\r')
            {
                lines[row] += text[i];
            }
        }

        Assert.All(lines, l => Assert.True(l.Length <= width, l));
        return [.. lines.Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
    }
}
