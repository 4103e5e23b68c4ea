using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Assessment;

/// <summary>Looks at a MySQL or MariaDB source with every check of <see cref="MySqlChecks"/>; sends nothing that changes anything.</summary>
/// <param name="url">URL of the source; a secret.</param>
/// <param name="mapping">How types and names become the target's.</param>
public sealed class MySqlSourceAssessor(string url, MappingOptions mapping) : ISourceAssessor
{
    public async Task<(SideAssessment Side, SourceInventory Inventory)> AssessAsync(AssessmentRequest request, CancellationToken ct)
    {
        var parsed = MySqlUrl.Parse(url);
        var session = new MySqlSession(parsed);
        var inventory = await new MySqlCatalog(session, mapping).ReadAsync(request.Selection, ct);
        using var connection = await session.OpenPatientAsync(ct);
        var context = await ContextAsync(connection, session, request, inventory, ct);
        var checks = MySqlChecks.All.Where(c => (request.FollowChanges || !c.OnlyWhenFollowing) && (!connection.IsMariaDb || !c.OnlyMySql)).ToList();
        var findings = new List<Finding>();
        foreach (var check in checks) findings.AddRange(await RunAsync(check, context, ct));
        return (new SideAssessment(parsed.Display, [.. checks.Select(c => $"{c.Id} {c.Title}")], findings), inventory);
    }

    private async Task<MySqlCheckContext> ContextAsync(
        MySqlConnection connection, MySqlSession session, AssessmentRequest request, SourceInventory inventory, CancellationToken ct)
    {
        var all = (await new CatalogReader(connection, session.Databases).TablesAsync(ct)).ToDictionary(t => t.Name);
        var (structure, problem) = await StructureAsync(session, inventory, ct);
        return new MySqlCheckContext
        {
            Connection = connection,
            Request = request,
            Mapping = mapping,
            Databases = session.Databases,
            Inventory = inventory,
            Tables = [.. inventory.Tables.Select(t => all[t.Origin!.Value])],
            Structure = structure,
            StructureProblem = problem,
            Variables = (await connection.RowsAsync("SHOW GLOBAL VARIABLES", ct)).ToDictionary(r => r[0]!, r => r[1] ?? "", StringComparer.OrdinalIgnoreCase),
            Rights = await AccountRights.ReadAsync(connection, ct),
        };
    }

    private async Task<(TargetStructure?, string?)> StructureAsync(MySqlSession session, SourceInventory inventory, CancellationToken ct)
    {
        try
        {
            return (await new StructureReader(session, mapping).ReadAsync(inventory.Tables, ct), null);
        }
        catch (OrchestratorException e) when (e.Code.StartsWith("E-MAP-", StringComparison.Ordinal))
        {
            return (null, e.Message);
        }
    }

    /// <summary>One check that cannot look does not keep the others from looking.</summary>
    private static async Task<IReadOnlyList<Finding>> RunAsync(MySqlCheck check, MySqlCheckContext context, CancellationToken ct)
    {
        var found = new MySqlFindings(check);
        try
        {
            await check.Look(context, found, ct);
        }
        catch (OrchestratorException e) when (e.Kind is ErrorKind.Configuration or ErrorKind.Data)
        {
            found.Add(
                check.Worst == Severity.Blocker ? Severity.Blocker : Severity.Warning, "assessment", $"Could not be checked: {check.Title}. {e.Message}",
                "Give the migration's account the right to look, or look yourself and decide.");
        }

        return found.All;
    }
}
