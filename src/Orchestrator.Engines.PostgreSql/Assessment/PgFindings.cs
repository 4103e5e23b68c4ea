using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Collects what one check finds.</summary>
internal sealed class PgFindings(IPgCheck check)
{
    private readonly List<Finding> _found = [];

    public IReadOnlyList<Finding> All => _found;

    /// <summary>With the severity and phase of the check.</summary>
    public void Add(string subject, string why, string fix) => Add(check.Worst, subject, why, fix);

    public void Add(Severity severity, string subject, string why, string fix, string? phase = null) =>
        _found.Add(new Finding(check.Id, severity, subject, why, fix, phase ?? check.Phase));

    /// <summary>One finding about several objects that are alike; their names follow the reason.</summary>
    public void AddTogether(string kind, IReadOnlyCollection<string> names, string why, string fix)
    {
        if (names.Count == 1) Add(names.First(), why, fix);
        else if (names.Count > 1) Add($"{names.Count} {kind}", $"{why}: {NameList(names)}", fix);
    }

    /// <summary>The first names, and how many more there are.</summary>
    public static string NameList(IReadOnlyCollection<string> names)
    {
        const int shown = 10;
        var list = string.Join(", ", names.Take(shown));
        return names.Count > shown ? $"{list} and {names.Count - shown} more" : list;
    }
}
