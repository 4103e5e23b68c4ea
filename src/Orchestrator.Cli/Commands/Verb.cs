using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Commands;

/// <summary>One verb: its options and what it does.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Description">One line for the help text.</param>
/// <param name="Options">Options it takes.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Verb(
    string Name, string Description, IReadOnlyList<OptionSpec> Options, Func<CommandCall, CancellationToken, Task<Answer>> RunAsync)
{
    private const string ConfigFlag = "--config";

    /// <summary>The parser's form of it; values stay text, <see cref="MigrationOptionsReader"/> checks them.</summary>
    public Command ToCommand(Func<Verb, ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(Name, Description);
        foreach (var spec in Options)
            foreach (var option in Parsed(spec)) command.Options.Add(option);
        command.Options.Add(new Option<string>(ConfigFlag) { HelpName = "FILE", Description = "JSON or YAML file with the same options; flags and environment win over it." });
        command.SetAction((parsed, ct) => run(this, parsed, ct));
        return command;
    }

    /// <summary>What stands on the command line, by option name.</summary>
    public static (Dictionary<string, string> Flags, string? Config) FlagsOf(ParseResult parsed, IReadOnlyList<OptionSpec> options, ICollection<Problem> problems)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var spec in options)
        {
            if (spec.Form == ValueForm.Switch) ReadSwitch(parsed, spec, flags, problems);
            else if (spec.Form == ValueForm.List && parsed.GetValue<string[]>(spec.Flag) is { Length: > 0 } list) flags[spec.Name] = string.Join(',', list);
            else if (spec.Form == ValueForm.Urls && parsed.GetValue<string[]>(spec.Flag) is { Length: > 0 } urls) flags[spec.Name] = string.Join(' ', urls);
            else if (spec.Form is not (ValueForm.List or ValueForm.Urls) && parsed.GetValue<string>(spec.Flag) is { } value) flags[spec.Name] = value;
        }

        return (flags, parsed.GetValue<string>(ConfigFlag));
    }

    private static void ReadSwitch(ParseResult parsed, OptionSpec spec, Dictionary<string, string> flags, ICollection<Problem> problems)
    {
        var on = parsed.GetValue<bool>(spec.Flag);
        var off = spec.Default == "true" && parsed.GetValue<bool>("--no-" + spec.Name);
        if (on && off) problems.Add(new Problem(spec.Flag, $"and --no-{spec.Name} exclude each other", ""));
        if (on || off) flags[spec.Name] = on ? "true" : "false";
    }

    private static IEnumerable<Option> Parsed(OptionSpec spec)
    {
        var description = spec.Description + (spec.Default is { } value && spec.Form != ValueForm.Switch ? $" [default: {value}]" : "");
        switch (spec.Form)
        {
            case ValueForm.Switch:
                yield return new Option<bool>(spec.Flag) { Description = description, Arity = ArgumentArity.Zero };
                if (spec.Default == "true")
                    yield return new Option<bool>("--no-" + spec.Name) { Description = "The opposite of " + spec.Flag + ".", Arity = ArgumentArity.Zero };
                break;
            case ValueForm.List or ValueForm.Urls:
                yield return new Option<string[]>(spec.Flag) { Description = description, HelpName = spec.Value, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
                break;
            default:
                yield return new Option<string>(spec.Flag) { Description = description, HelpName = spec.Value };
                break;
        }
    }
}
