using System.Text.RegularExpressions;

namespace Orchestrator.Core.Runs;

/// <summary>What a run may be called: its name becomes part of file names.</summary>
public static partial class RunName
{
    public const string Rule = "1 to 40 of a-z 0-9 - _, the first a letter";

    public static bool IsValid(string name) => Form().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
