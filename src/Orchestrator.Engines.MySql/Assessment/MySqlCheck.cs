using System.Globalization;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Assessment;

/// <summary>One named look at the source. It only reads.</summary>
/// <param name="Id">Stable for ever; also the id of its findings.</param>
/// <param name="Worst">The worst it can report. If that is a blocker, not being able to look is one too.</param>
/// <param name="Phase">Phase its findings block or endanger.</param>
/// <param name="Title">What it looks at; the row of <c>docs/assessment.md</c>.</param>
/// <param name="Look">Looks.</param>
internal sealed record MySqlCheck(
    string Id, Severity Worst, string Phase, string Title, Func<MySqlCheckContext, MySqlFindings, CancellationToken, Task> Look)
{
    /// <summary>Without changes to follow there is nothing to look for.</summary>
    public bool OnlyWhenFollowing { get; init; }

    /// <summary>Only MySQL has it.</summary>
    public bool OnlyMySql { get; init; }
}

/// <summary>Collects what one check finds.</summary>
internal sealed class MySqlFindings(MySqlCheck check)
{
    private readonly List<Finding> _found = [];

    public IReadOnlyList<Finding> All => _found;

    public void Add(string subject, string why, string fix) => Add(check.Worst, subject, why, fix);

    /// <summary>One finding about several objects that are alike; their names follow the reason.</summary>
    public void AddTogether(Severity severity, string kind, IReadOnlyCollection<string> names, string why, string fix)
    {
        const int shown = 10;
        if (names.Count == 1) Add(severity, names.First(), why + ".", fix);
        else if (names.Count > 1) Add(severity, $"{names.Count} {kind}", $"{why}: {string.Join(", ", names.Take(shown))}{(names.Count > shown ? $" and {names.Count - shown} more" : "")}.", fix);
    }

    public void Add(Severity severity, string subject, string why, string fix) =>
        _found.Add(new Finding(check.Id, severity, subject, why, fix, check.Phase));
}

/// <summary>What every check may look at.</summary>
internal sealed class MySqlCheckContext
{
    public required MySqlConnection Connection { get; init; }

    public required AssessmentRequest Request { get; init; }

    public required MappingOptions Mapping { get; init; }

    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>What is moved.</summary>
    public required SourceInventory Inventory { get; init; }

    /// <summary>The source's own view of it, in the inventory's order.</summary>
    public required IReadOnlyList<SourceTable> Tables { get; init; }

    /// <summary>What becomes of it; null: names collide.</summary>
    public required TargetStructure? Structure { get; init; }

    /// <summary>Why there is no structure; null: there is.</summary>
    public required string? StructureProblem { get; init; }

    /// <summary>The server's settings.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public required AccountRights Rights { get; init; }

    public bool IsMariaDb => Connection.IsMariaDb;

    public string Variable(string name) => Variables.GetValueOrDefault(name, "");

    public long Number(string name) => long.TryParse(Variable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
