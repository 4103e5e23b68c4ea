namespace Orchestrator.Cli.Options;

/// <summary>One thing wrong with what the user gave.</summary>
/// <param name="Key">Which option, and where it came from.</param>
/// <param name="Rule">What is allowed.</param>
/// <param name="Seen">The value seen, secrets masked; empty if there was none.</param>
internal sealed record Problem(string Key, string Rule, string Seen)
{
    public override string ToString() => Seen.Length > 0 ? $"{Key}: {Rule} (was: {Seen})" : $"{Key}: {Rule}";
}

/// <summary>Everything wrong with it, reported together.</summary>
internal sealed class UsageException(IReadOnlyList<Problem> problems) : Exception(string.Join("; ", problems))
{
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
