namespace Orchestrator.Cli.Options;

/// <summary>How a value is written.</summary>
internal enum ValueForm
{
    Text,

    /// <summary>A database URL, or <c>env:NAME</c> / <c>file:PATH</c> naming where it stands. Holds a secret.</summary>
    Url,

    /// <summary>As <see cref="Url"/>; the flag may be repeated, several stand with blanks between.</summary>
    Urls,

    /// <summary>Anything; may hold a secret.</summary>
    Command,

    /// <summary>A secret, or <c>env:NAME</c> / <c>file:PATH</c> naming where it stands.</summary>
    Secret,

    /// <summary>Patterns separated by commas; the flag may be repeated.</summary>
    List,

    /// <summary>A flag without a value; <c>true</c> or <c>false</c> in the environment and in files.</summary>
    Switch,
}

/// <summary>One option, wherever it comes from.</summary>
/// <param name="Name">Name of the flag without dashes; also the key in configuration files.</param>
/// <param name="Form">How a value is written.</param>
/// <param name="Value">Name of the value in the help text; empty for a switch.</param>
/// <param name="Default">Default as the user would write it; null: none.</param>
/// <param name="Description">Meaning, unit, allowed values.</param>
internal sealed record OptionSpec(string Name, ValueForm Form, string Value, string? Default, string Description)
{
    /// <summary>Environment variable with the same meaning.</summary>
    public string Environment { get; init; } = "ORCHESTRATOR_" + Name.Replace('-', '_').ToUpperInvariant();

    public string Flag => "--" + Name;
}
