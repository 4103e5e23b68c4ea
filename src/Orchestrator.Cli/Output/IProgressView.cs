using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>Shows progress on standard error; reports may come from any thread.</summary>
internal interface IProgressView : IProgress<RunProgress>, IAsyncDisposable
{
    /// <summary>A line that stays, outside the figures.</summary>
    void Say(NoticeLevel level, string message, params IReadOnlyList<KeyValuePair<string, string>> fields);
}

internal static class ProgressViews
{
    /// <summary>Live on a terminal, plain lines elsewhere, only warnings and errors when quiet.</summary>
    public static IProgressView Choose(Terminal terminal, bool quiet, bool color)
    {
        if (quiet) return new QuietView(terminal);
        return terminal.ErrorIsLive ? new LiveView(terminal, color) : new PlainView(terminal);
    }
}

/// <summary>Warnings and errors only.</summary>
internal sealed class QuietView(Terminal terminal) : IProgressView
{
    private readonly Lock _lock = new();

    public void Report(RunProgress value)
    {
        foreach (var notice in value.Notices) Say(notice.Level, notice.Message, notice.Fields);
    }

    public void Say(NoticeLevel level, string message, params IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        if (level == NoticeLevel.Information) return;
        lock (_lock) terminal.Error.WriteLine(PlainLine.Of(terminal.Clock.GetUtcNow(), level, fields, message));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
