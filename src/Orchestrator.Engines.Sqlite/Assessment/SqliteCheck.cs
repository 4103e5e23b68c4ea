using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Assessment;

/// <summary>One named look at the files. It only reads.</summary>
/// <param name="Id">Stable for ever; also the id of its findings.</param>
/// <param name="Worst">The worst it can report.</param>
/// <param name="Phase">Phase its findings block or endanger.</param>
/// <param name="Title">What it looks at; the row of <c>docs/assessment.md</c>.</param>
/// <param name="Look">Looks.</param>
internal sealed record SqliteCheck(string Id, Severity Worst, string Phase, string Title, Action<SqliteCheckContext, SqliteFindings> Look)
{
    /// <summary>Without changes to follow there is nothing to look for.</summary>
    public bool OnlyWhenFollowing { get; init; }
}

/// <summary>Collects what one check finds.</summary>
internal sealed class SqliteFindings(SqliteCheck check)
{
    private readonly List<Finding> _found = [];

    public IReadOnlyList<Finding> All => _found;

    public void Add(string subject, string why, string fix) => Add(check.Worst, subject, why, fix);

    public void Add(Severity severity, string subject, string why, string fix) => _found.Add(new Finding(check.Id, severity, subject, why, fix, check.Phase));
}

/// <summary>What every check may look at.</summary>
internal sealed record SqliteCheckContext
{
    public required IReadOnlyList<SqliteFile> Files { get; init; }

    public required SourceInventory Inventory { get; init; }

    /// <summary>The source's own view of it, in the inventory's order.</summary>
    public required IReadOnlyList<SourceTable> Tables { get; init; }

    public required TableMapper Mapper { get; init; }

    /// <summary>What becomes of it; null: names collide.</summary>
    public required TargetStructure? Structure { get; init; }

    /// <summary>Why there is no structure; null: there is.</summary>
    public required string? StructureProblem { get; init; }

    /// <summary>Directory of the backup copies; null: none are made.</summary>
    public required string? Backup { get; init; }

    /// <summary>Rows that may be rejected.</summary>
    public required int RejectLimit { get; init; }

    public IEnumerable<(SourceTable Table, SourceColumn Column)> Columns => Tables.SelectMany(t => t.Columns.Select(c => (t, c)));
}
