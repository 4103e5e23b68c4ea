using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;

namespace Orchestrator.Cli.Options;

/// <summary>Turns texts into values and collects every problem instead of stopping at the first.</summary>
internal sealed class OptionReader(EffectiveOptions options, Func<string, string?> environment, ICollection<Problem> problems)
{
    /// <summary>A database URL, fetched from where <c>env:</c> or <c>file:</c> says; checked, empty if it is missing or wrong.</summary>
    /// <param name="spec">Which option.</param>
    /// <param name="check">Throws if the URL is not one of the engine's.</param>
    public string Url(OptionSpec spec, Action<string> check)
    {
        if (options.Find(spec) is not { } given)
        {
            problems.Add(Missing(spec));
            return "";
        }

        // One URL is left as it stands: a blank in it may be meant.
        var texts = spec.Form == ValueForm.Urls && given.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } several && several.All(IsWhole) ? several : [given.Text];
        var fetched = texts.Select(t => Fetch(given with { Text = t })).ToList();
        if (fetched.Contains(null)) return "";
        var url = string.Join('\n', fetched);
        try
        {
            check(url);
            return url;
        }
        catch (OrchestratorException e)
        {
            problems.Add(new Problem(KeyOf(given), $"{e.Message} {e.Fix}", SecretText.Mask(url)));
            return "";
        }
    }

    /// <summary>A secret, fetched from where <c>env:</c> or <c>file:</c> says; null if it is not given, or cannot be fetched.</summary>
    public string? Secret(OptionSpec spec) => options.Find(spec) is { } given ? Fetch(given) : null;

    public int Number(OptionSpec spec, int least, int most)
    {
        var given = options.Find(spec)!;
        if (int.TryParse(given.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        problems.Add(new Problem(KeyOf(given), $"must be a whole number from {least} to {most}", given.Text));
        return least;
    }

    public TimeSpan Time(OptionSpec spec, TimeSpan least, TimeSpan most, string rule)
    {
        var given = options.Find(spec)!;
        if (Duration.TryParse(given.Text, out var value) && value >= least && value <= most) return value;
        problems.Add(new Problem(KeyOf(given), $"must be a time such as 500ms, 10s, 2m; {rule}", given.Text));
        return least;
    }

    public bool Switch(OptionSpec spec)
    {
        var given = options.Find(spec)!;
        switch (given.Text.ToLowerInvariant())
        {
            case "true" or "1" or "yes" or "on": return true;
            case "false" or "0" or "no" or "off": return false;
            default:
                problems.Add(new Problem(KeyOf(given), "must be true or false", given.Text));
                return false;
        }
    }

    public T Choice<T>(OptionSpec spec, params (string Word, T Value)[] choices) => Choice(spec, options.Find(spec)!.Text, choices);

    /// <summary>As the other overload, of a word that stands inside the option's text.</summary>
    public T Choice<T>(OptionSpec spec, string said, params (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
            if (word == said) return value;
        var words = choices.Select(c => c.Word).ToArray();
        problems.Add(new Problem(KeyOf(options.Find(spec)!), $"must be one of {string.Join(", ", words)}{Suggestion.For(said, words)}", said));
        return choices[0].Value;
    }

    /// <summary>Notes what is wrong inside an option's text, and goes on with what there was.</summary>
    public T Wrong<T>(OptionSpec spec, string rule, string said, T soFar)
    {
        problems.Add(new Problem(KeyOf(options.Find(spec)!), rule, said));
        return soFar;
    }

    /// <summary>Notes that a secret is missing or cannot be used; what was given is not shown.</summary>
    public void Require(OptionSpec spec, string rule) => problems.Add(new Problem(spec.Flag, rule, ""));

    /// <summary>Options that mean nothing for this source are a mistake, not something to pass over.</summary>
    public void Refuse(IEnumerable<OptionSpec> specs, string why)
    {
        foreach (var spec in specs.Where(options.IsGiven))
            problems.Add(new Problem(KeyOf(options.Find(spec)!), why, options.Find(spec)!.Shown));
    }

    public string Matching(OptionSpec spec, Func<string, bool> rule, string says)
    {
        var given = options.Find(spec)!;
        if (!rule(given.Text)) problems.Add(new Problem(KeyOf(given), says, given.Text));
        return given.Text;
    }

    /// <summary>As <see cref="Matching"/>; that it is missing is a problem too.</summary>
    public string Required(OptionSpec spec, Func<string, bool> rule, string says)
    {
        if (options.Find(spec) is not null) return Matching(spec, rule, says);
        problems.Add(Missing(spec));
        return "";
    }

    public TableSelection Tables()
    {
        var include = List(OptionCatalog.Tables);
        return new TableSelection(include is ["*"] ? [] : include, List(OptionCatalog.Exclude));
    }

    /// <summary>Pairs <c>key=value</c> separated by commas; a comma in parentheses belongs to the value.</summary>
    /// <param name="spec">Which option.</param>
    /// <param name="fits">Whether a key can be one.</param>
    /// <param name="says">What a key must be.</param>
    public IReadOnlyDictionary<string, string> Pairs(OptionSpec spec, Func<string, bool> fits, string says)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.Find(spec) is not { } given) return pairs;
        foreach (var part in SplitOutsideParentheses(given.Text))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || at == part.Length - 1 || !fits(part[..at].Trim()) || !pairs.TryAdd(part[..at].Trim(), part[(at + 1)..].Trim()))
                problems.Add(new Problem(KeyOf(given), $"must be {says}, each once", part));
        }

        return pairs;
    }

    private static Problem Missing(OptionSpec spec) => new(spec.Flag, $"is needed (or {spec.Environment}, or {spec.Name} in the --config file)", "");

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')') depth--;
            if (text[i] != ',' || depth > 0) continue;
            yield return text[start..i];
            start = i + 1;
        }

        yield return text[start..];
    }

    private string[] List(OptionSpec spec)
    {
        if (options.Find(spec) is not { } given) return [];
        var parts = given.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) problems.Add(new Problem(KeyOf(given), "must name at least one table or pattern", given.Text));
        return parts;
    }

    private static bool IsWhole(string text) => text.Contains("://", StringComparison.Ordinal) || text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);

    private string? Fetch(EffectiveValue given)
    {
        if (given.Text.StartsWith("env:", StringComparison.Ordinal))
        {
            if (environment(given.Text[4..]) is { Length: > 0 } url) return url;
            problems.Add(new Problem(KeyOf(given), "names an environment variable that is not set", given.Text));
            return null;
        }

        if (!given.Text.StartsWith("file:", StringComparison.Ordinal)) return given.Text;
        try
        {
            return File.ReadAllText(given.Text[5..]).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(new Problem(KeyOf(given), "names a file that cannot be read", given.Text));
            return null;
        }
    }

    private static string KeyOf(EffectiveValue given) => given.Origin switch
    {
        "flag" or "default" => given.Spec.Flag,
        var origin => $"{given.Spec.Flag} (from {origin})",
    };
}
