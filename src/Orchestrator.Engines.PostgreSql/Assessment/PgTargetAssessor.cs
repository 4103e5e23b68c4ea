using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>
/// Looks at a target whose source is no PostgreSQL, with those checks of <see cref="PgChecks"/> that need no source. Its
/// sessions are read-only by the server's own setting.
/// </summary>
/// <param name="targetUrl">URL of the target; a secret.</param>
public sealed class PgTargetAssessor(string targetUrl)
{
    /// <param name="request">What is planned.</param>
    /// <param name="planned">What is to be moved, under the names it gets on the target.</param>
    /// <param name="ct">Stops the assessment.</param>
    /// <exception cref="Core.Errors.OrchestratorException">
    /// Configuration <c>E-CONN-*</c>: the server cannot be reached or refuses the login (<see cref="PgConnectErrors"/>).
    /// </exception>
    public async Task<SideAssessment> AssessAsync(AssessmentRequest request, SourceInventory planned, CancellationToken ct)
    {
        await using var session = new PgSession(PgUrl.ToConnectionString(targetUrl), "assess");
        await using var side = await PgSide.OpenAsync("target", targetUrl, session, ct);
        var checks = PgChecks.All.Where(c => !c.NeedsSource && c.Applies(request)).ToList();
        var unsupported = PgVersions.UnsupportedTarget(side.Version);
        if (unsupported.Count > 0)
            return new SideAssessment(side.Address, [.. checks.Intersect(PgVersions.Checks).Select(PgCheckRun.Label)], unsupported);

        var context = new PgCheckContext
        {
            Target = side,
            Request = request,
            Inventory = planned,
            TargetInventory = await new PgSourceCatalog(session).ReadAsync(TableSelection.All, ct),
            Relations = [.. planned.Tables.Select(t => new PgRelation(0, t.Table, 'r'))],
        };
        return new SideAssessment(side.Address, [.. checks.Select(PgCheckRun.Label)], await PgCheckRun.RunAsync(checks, context, ct));
    }
}
