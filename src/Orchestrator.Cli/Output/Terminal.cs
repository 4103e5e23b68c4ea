namespace Orchestrator.Cli.Output;

/// <summary>What the process is connected to. Tests give their own writers.</summary>
internal sealed record Terminal
{
    /// <summary>The answer goes here and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress, warnings and errors go here.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard error is a terminal that can redraw (and is not <c>TERM=dumb</c>).</summary>
    public bool ErrorIsLive { get; init; }

    public bool OutIsTerminal { get; init; }

    /// <summary>Colours may be used on what is a terminal (<c>NO_COLOR</c> is not set).</summary>
    public bool Colors { get; init; }

    public int Width { get; init; } = 100;

    public int Height { get; init; } = 40;

    public required Func<string, string?> Environment { get; init; }

    public required TimeProvider Clock { get; init; }

    public static Terminal OfProcess()
    {
        Func<string, string?> variable = System.Environment.GetEnvironmentVariable;
        var dumb = variable("TERM") is null or "" or "dumb";
        var live = !Console.IsErrorRedirected && !dumb;
        return new Terminal
        {
            Out = Console.Out,
            Error = Console.Error,
            ErrorIsLive = live,
            OutIsTerminal = !Console.IsOutputRedirected && !dumb,
            Colors = string.IsNullOrEmpty(variable("NO_COLOR")) && !dumb,
            Width = live ? Math.Max(40, Console.WindowWidth) : 100,
            Height = live ? Math.Max(10, Console.WindowHeight) : 40,
            Environment = variable,
            Clock = TimeProvider.System,
        };
    }
}
