using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>
/// Redraws the figures in place once a second at the bottom of the normal screen, so what was said before stays in the
/// history; the last picture stays too.
/// </summary>
internal sealed class LiveView : IProgressView
{
    private static readonly TimeSpan Redraw = TimeSpan.FromSeconds(1);
    private readonly Terminal _terminal;
    private readonly bool _color;
    private readonly Lock _lock = new();
    private readonly List<(NoticeLevel Level, string Text)> _said = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _drawing;
    private RunProgress? _latest;
    private int _drawn;

    public LiveView(Terminal terminal, bool color)
    {
        _terminal = terminal;
        _color = color;
        _drawing = Task.Run(DrawAsync);
    }

    /// <summary>Turns markup into what the terminal takes, at the size we know.</summary>
    private static IAnsiConsole ConsoleOf(Terminal terminal, bool color)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Error),
        });
        console.Profile.Width = terminal.Width;
        console.Profile.Height = terminal.Height;
        return console;
    }

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            _latest = value;
            foreach (var n in value.Notices) Keep(n.Level, n.Message, n.Fields);
        }
    }

    public void Say(NoticeLevel level, string message, params IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        lock (_lock) Keep(level, message, fields);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drawing;
        _stop.Dispose();
    }

    private async Task DrawAsync()
    {
        // Looks often for the first report, so that a command that fails at once is not slowed.
        while (!await PausedAsync(TimeSpan.FromMilliseconds(50)))
            if (Draw()) break;
        if (!Draw()) return;
        bool last;
        do
        {
            last = await PausedAsync(Redraw);
            Draw();
        }
        while (!last);
    }

    /// <summary>Wipes the old figures, writes what was said in their place and the figures below it, all at once.</summary>
    /// <returns>There are figures.</returns>
    private bool Draw()
    {
        (NoticeLevel Level, string Text)[] said;
        RunProgress? latest;
        lock (_lock)
        {
            said = [.. _said];
            _said.Clear();
            latest = _latest;
        }

        var picture = new StringWriter();
        var console = ConsoleOf(_terminal with { Error = picture }, _color);
        if (_drawn > 0) picture.Write($"\u001b[{_drawn}A\r\u001b[J");
        foreach (var (level, text) in said) console.MarkupLine(Coloured(new Piece(text, ColorOf(level)), _color));
        _drawn = 0;
        if (latest is not null)
        {
            foreach (var line in LiveLayout.Lines(latest, _terminal.Width - 1, _terminal.Height - 1))
            {
                console.MarkupLine(string.Concat(line.Select(p => Coloured(p, _color))));
                _drawn++;
            }
        }

        _terminal.Error.Write(picture);
        _terminal.Error.Flush();
        return latest is not null;
    }

    private void Keep(NoticeLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var time = _terminal.Clock.GetUtcNow().ToLocalTime().ToString("HH:mm:ss", null);
        var details = string.Concat(fields.Select(f => $"  {f.Key}={f.Value}"));
        _said.Add((level, Figures.Safe(SecretText.Mask($"{time}  {message}{details}"))));
    }

    /// <returns>True when it is time to end.</returns>
    private async Task<bool> PausedAsync(TimeSpan time)
    {
        await Task.Delay(time, _terminal.Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _stop.IsCancellationRequested;
    }

    private static string Coloured(Piece piece, bool color) =>
        piece.Color is null || !color ? Markup.Escape(piece.Text) : $"[{piece.Color}]{Markup.Escape(piece.Text)}[/]";

    private static string? ColorOf(NoticeLevel level) => level switch
    {
        NoticeLevel.Error => "red",
        NoticeLevel.Warning => "yellow",
        _ => null,
    };
}
