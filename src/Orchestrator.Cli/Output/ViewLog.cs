using Microsoft.Extensions.Logging;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>The service's log as lines of the program, like all others on standard error.</summary>
internal sealed class ViewLog(IProgressView view) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(view);

    public void Dispose()
    {
        // The view belongs to whoever made it.
    }

    private sealed class Category(IProgressView view) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var level = logLevel >= LogLevel.Error ? NoticeLevel.Error : logLevel == LogLevel.Warning ? NoticeLevel.Warning : NoticeLevel.Information;
            var text = formatter(state, exception);
            view.Say(level, SecretText.Mask(exception is null ? text : $"{text} {exception}"));
        }
    }
}
