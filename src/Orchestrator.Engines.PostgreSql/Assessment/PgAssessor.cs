using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>
/// Looks at two PostgreSQL databases with every check of <see cref="PgChecks"/>. Its sessions are read-only by the
/// server's own setting, so it provably changes nothing.
/// </summary>
/// <param name="sourceUrl">URL of the source; a secret.</param>
/// <param name="targetUrl">URL of the target; a secret.</param>
/// <param name="time">Clock for the sample of the write rate and the report's time.</param>
public sealed class PgAssessor(string sourceUrl, string targetUrl, TimeProvider time) : IAssessor
{
    /// <summary>From when on an open transaction is reported; the creation of the slot waits for it.</summary>
    internal TimeSpan LongTransaction { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="Core.Errors.OrchestratorException">
    /// Configuration <c>E-CONN-*</c>: a server cannot be reached or refuses the login (<see cref="PgConnectErrors"/>);
    /// <c>E-CFG-010</c>: a pattern matches no table.
    /// </exception>
    public async Task<AssessmentReport> AssessAsync(AssessmentRequest request, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        await using var sourceSession = new PgSession(PgUrl.ToConnectionString(sourceUrl), "assess");
        await using var targetSession = new PgSession(PgUrl.ToConnectionString(targetUrl), "assess");
        await using var sourceSide = await PgSide.OpenAsync("source", sourceUrl, sourceSession, ct);
        await using var targetSide = await PgSide.OpenAsync("target", targetUrl, targetSession, ct);
        var unsupported = PgVersions.Unsupported(sourceSide.Version, targetSide.Version);
        if (unsupported.Count > 0)
        {
            return new AssessmentReport(
                sourceSide.Address, targetSide.Address, at, [.. PgVersions.Checks.Select(PgCheckRun.Label)], unsupported,
                new AssessmentMeasures(0, 0, 0, 0, 0, 0, "Nothing else was looked at: a server's version is not supported."));
        }

        var context = new PgCheckContext
        {
            Source = sourceSide,
            Target = targetSide,
            Request = request,
            Inventory = await new PgSourceCatalog(sourceSession).ReadAsync(request.Selection, ct),
            TargetInventory = await new PgSourceCatalog(targetSession).ReadAsync(TableSelection.All, ct),
            Relations = await PgRelations.ReadAsync(sourceSession, request.Selection, ct),
            LogRate = PgMeasures.SampleLogAsync(sourceSession, request.Sample, time, ct),
            LongTransaction = LongTransaction,
        };
        var checks = PgChecks.All.Where(c => c.Applies(request)).ToList();
        var findings = await PgCheckRun.RunAsync(checks, context, ct);
        var measures = await PgMeasures.PredictAsync(context, ct);
        return new AssessmentReport(
            sourceSide.Address, targetSide.Address, at, [.. checks.Select(PgCheckRun.Label)], findings, measures);
    }
}
