using Orchestrator.Core.Errors;

namespace Orchestrator.Cli.Options;

/// <summary>A value and where it came from.</summary>
/// <param name="Spec">Which option.</param>
/// <param name="Text">The value as written; lists joined by commas.</param>
/// <param name="Origin"><c>flag</c>, <c>environment NAME</c>, <c>file PATH</c> or <c>default</c>.</param>
internal sealed record EffectiveValue(OptionSpec Spec, string Text, string Origin)
{
    public bool IsDefault => Origin == "default";

    /// <summary>For people: secrets masked.</summary>
    public string Shown => Spec.Form switch
    {
        ValueForm.Command => "(a command)",
        ValueForm.Secret when !Text.StartsWith("env:", StringComparison.Ordinal) && !Text.StartsWith("file:", StringComparison.Ordinal) => SecretText.Hidden,
        ValueForm.Url or ValueForm.Urls => SecretText.Mask(Text),
        _ => Text,
    };
}

/// <summary>The value of every option of one command: flag before environment before file before default.</summary>
internal sealed class EffectiveOptions
{
    private readonly Dictionary<string, EffectiveValue> _values = new(StringComparer.Ordinal);

    /// <param name="specs">Options of the command.</param>
    /// <param name="flags">What stands on the command line, by name.</param>
    /// <param name="environment">Looks up an environment variable; empty counts as not set.</param>
    /// <param name="configFile">File of <c>--config</c>; null: none.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static EffectiveOptions Resolve(
        IReadOnlyList<OptionSpec> specs, IReadOnlyDictionary<string, string> flags, Func<string, string?> environment,
        string? configFile, ICollection<Problem> problems)
    {
        var path = configFile ?? (environment("ORCHESTRATOR_CONFIG") is { Length: > 0 } p ? p : null);
        var file = path is null ? new Dictionary<string, string>(StringComparer.Ordinal) : ConfigFile.Read(path, problems);
        var options = new EffectiveOptions();
        foreach (var spec in specs)
        {
            EffectiveValue? value = null;
            if (flags.TryGetValue(spec.Name, out var flag)) value = new(spec, flag, "flag");
            else if (environment(spec.Environment) is { Length: > 0 } variable) value = new(spec, variable, $"environment {spec.Environment}");
            else if (file.TryGetValue(spec.Name, out var entry)) value = new(spec, entry, $"file {path}");
            else if (spec.Default is not null) value = new(spec, spec.Default, "default");
            if (value is not null) options._values[spec.Name] = value;
        }

        return options;
    }

    /// <summary>In the order of the catalog; options without a value are left out.</summary>
    public IReadOnlyCollection<EffectiveValue> All => _values.Values;

    public EffectiveValue? Find(OptionSpec spec) => _values.GetValueOrDefault(spec.Name);

    public string? Text(OptionSpec spec) => Find(spec)?.Text;

    /// <summary>Given by flag, environment or file.</summary>
    public bool IsGiven(OptionSpec spec) => Find(spec) is { IsDefault: false };
}
