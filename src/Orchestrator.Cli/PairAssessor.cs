using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Assessment;

namespace Orchestrator.Cli;

/// <summary>Puts together what two engines find, each on its own side.</summary>
internal sealed class PairAssessor(ISourceAssessor source, PgTargetAssessor target, TimeProvider time) : IAssessor
{
    /// <summary>Rows' bytes copied per second, with indexes: assumed, no bench has measured it for these sources.</summary>
    private const double CopyBytesPerSecond = 20 * 1024 * 1024;

    private const double SecondsPerTable = 0.03;
    private const double PauseSeconds = 0.5;

    public async Task<AssessmentReport> AssessAsync(AssessmentRequest request, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        var (here, inventory) = await source.AssessAsync(request, ct);
        var there = await target.AssessAsync(request, inventory, ct);
        var findings = here.Findings.Concat(there.Findings).OrderByDescending(f => f.Severity).ThenBy(f => f.Id, StringComparer.Ordinal);
        return new AssessmentReport(here.Address, there.Address, at, [.. here.ChecksRun, .. there.ChecksRun], [.. findings], Predict(inventory, request))
        {
            Columns = ColumnMapping.Of(inventory.Tables),
        };
    }

    private static AssessmentMeasures Predict(SourceInventory inventory, AssessmentRequest request)
    {
        var bytes = inventory.Tables.Sum(t => t.Bytes);
        var load = 1 + (inventory.Tables.Count * SecondsPerTable) + (bytes / CopyBytesPerSecond);
        return new AssessmentMeasures(
            inventory.Tables.Count, bytes, 0, 0, load, request.FollowChanges ? PauseSeconds : load,
            "~ assumptions, not measurements: 20 MiB/s of table with its indexes, and half a second of pause; an open transaction adds its own length. The write rate was not measured.");
    }
}
