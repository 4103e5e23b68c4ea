using System.CommandLine;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Options;
using Orchestrator.Core.Errors;

namespace Orchestrator.Cli;

/// <summary>What the parser could not understand, with a guess at what was meant.</summary>
internal static class UsageProblems
{
    public static IReadOnlyList<Problem> Of(ParseResult parsed, IReadOnlyList<Verb> verbs)
    {
        var verb = verbs.FirstOrDefault(v => v.Name == parsed.CommandResult.Command.Name);
        var tokens = parsed.UnmatchedTokens;

        // What follows an unknown option is most likely its value.
        if (verb is not null && tokens.Any(t => t.StartsWith('-'))) tokens = [.. tokens.Where(t => t.StartsWith('-'))];
        var unknown = tokens.Select(t => verb is null ? UnknownVerb(t, verbs) : UnknownOption(t, verb)).ToList();
        if (unknown.Count > 0) return unknown;
        return [.. parsed.Errors.Select(e => new Problem(verb?.Name ?? "orchestrator", SecretText.Mask(e.Message), ""))];
    }

    public static string HelpOf(string command, IReadOnlyList<Verb> verbs) =>
        verbs.Any(v => v.Name == command) ? $"orchestrator {command} --help" : "orchestrator --help";

    private static Problem UnknownVerb(string token, IReadOnlyList<Verb> verbs) => token.StartsWith('-')
        ? new Problem(SecretText.Mask(token), "a command comes first: " + string.Join(", ", verbs.Select(v => v.Name)), "")
        : new Problem(SecretText.Mask(token), "is no command" + Suggestion.For(token, verbs.Select(v => v.Name)), "");

    private static Problem UnknownOption(string token, Verb verb)
    {
        var shown = SecretText.Mask(token);
        if (!token.StartsWith('-')) return new Problem(shown, $"is not expected by {verb.Name}", "");
        var flags = verb.Options.Select(o => o.Flag).Concat(verb.Options.Where(o => o.Default == "true").Select(o => "--no-" + o.Name)).Append("--config");
        return new Problem(shown, $"is no option of {verb.Name}" + Suggestion.For(token.Split('=')[0], flags), "");
    }
}
