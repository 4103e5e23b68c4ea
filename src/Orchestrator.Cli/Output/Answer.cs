using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>What a command answers, before it becomes text or JSON.</summary>
internal sealed record Answer
{
    public required int ExitCode { get; init; }

    /// <summary>Name of the run; null if the command is about none.</summary>
    public string? Run { get; init; }

    public RunState? State { get; init; }

    /// <summary>The JSON document's <c>result</c>.</summary>
    public object? Result { get; init; }

    /// <summary>The same for people, without the last line.</summary>
    public IReadOnlyList<IReadOnlyList<Piece>> Text { get; init; } = [];

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public IReadOnlyList<ErrorLine> Errors { get; init; } = [];

    /// <summary>Commands that may follow, the likeliest first.</summary>
    public IReadOnlyList<string> Next { get; init; } = [];
}

/// <summary>An error as every answer shows it.</summary>
internal sealed record ErrorLine(string Code, string Kind, string Message, string? Table, string? Column, string? Key, string? Fix)
{
    public static ErrorLine Of(Exception error) => error switch
    {
        OrchestratorException e => new ErrorLine(
            e.Code, e.Kind.ToString().ToLowerInvariant(), SecretText.Mask(e.Message), e.Table, e.Column, e.Key,
            e.Fix.Length > 0 ? SecretText.Mask(e.Fix) : null),
        OperationCanceledException => new ErrorLine("E-RUN-130", "interrupted", "Stopped as asked; what is committed on the target stays and is not done again.", null, null, null, null),
        _ => new ErrorLine("E-BUG-001", "bug", SecretText.Mask($"{error.GetType().Name}: {error.Message}"), null, null, null,
            "This is our mistake. Please report it with the lines above; the run can be resumed."),
    };
}
