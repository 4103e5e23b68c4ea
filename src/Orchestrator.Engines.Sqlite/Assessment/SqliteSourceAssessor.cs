using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Engines.Sqlite.Assessment;

/// <summary>Looks at SQLite files with every check of <see cref="SqliteChecks"/>.</summary>
/// <param name="urls">See <see cref="SqliteUrl"/>.</param>
/// <param name="mapping">How types and names become the target's.</param>
/// <param name="backup">Directory of the backup copies; null: none are made.</param>
/// <param name="time">Tells whether what was read of a file still holds.</param>
public sealed class SqliteSourceAssessor(string urls, MappingOptions mapping, string? backup, TimeProvider time) : ISourceAssessor
{
    public async Task<(SideAssessment Side, SourceInventory Inventory)> AssessAsync(AssessmentRequest request, CancellationToken ct)
    {
        var catalog = new SqliteCatalog(SqliteUrl.Parse(urls), mapping, time);
        var inventory = await catalog.ReadAsync(request.Selection, ct);
        var all = (await catalog.ContentsAsync(ct)).SelectMany(c => c.Tables).ToDictionary(t => t.Name);
        var (structure, problem) = await StructureAsync(catalog, inventory, ct);
        var context = new SqliteCheckContext
        {
            Files = catalog.Files,
            Inventory = inventory,
            Tables = [.. inventory.Tables.Select(t => all[t.Origin!.Value])],
            Mapper = catalog.Mapper,
            Structure = structure,
            StructureProblem = problem,
            Backup = backup,
            RejectLimit = mapping.RejectLimit,
        };
        var checks = SqliteChecks.All.Where(c => request.FollowChanges || !c.OnlyWhenFollowing).ToList();
        var findings = await Task.Run(() => checks.SelectMany(c => Run(c, context)).ToList(), ct);
        // Names that collide are refused here; the target is asked about each once.
        return (new SideAssessment(SqliteUrl.Display(urls), [.. checks.Select(c => $"{c.Id} {c.Title}")], findings), inventory with { Tables = [.. inventory.Tables.DistinctBy(t => t.Table)] });
    }

    private static async Task<(TargetStructure?, string?)> StructureAsync(SqliteCatalog catalog, SourceInventory inventory, CancellationToken ct)
    {
        try
        {
            return (await new StructureReader(catalog).ReadAsync(inventory.Tables, ct), null);
        }
        catch (OrchestratorException e) when (e.Code.StartsWith("E-MAP-", StringComparison.Ordinal))
        {
            return (null, e.Message);
        }
    }

    /// <summary>One check that cannot look does not keep the others from looking.</summary>
    private static IReadOnlyList<Finding> Run(SqliteCheck check, SqliteCheckContext context)
    {
        var found = new SqliteFindings(check);
        try
        {
            check.Look(context, found);
        }
        catch (OrchestratorException e) when (e.Kind is ErrorKind.Configuration or ErrorKind.Data)
        {
            found.Add(
                check.Worst == Severity.Blocker ? Severity.Blocker : Severity.Warning, "assessment", $"Could not be checked: {check.Title}. {e.Message}",
                "Mend what it names, or look yourself and decide.");
        }

        return found.All;
    }
}
