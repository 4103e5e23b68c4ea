using System.Globalization;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Workflow.Runs;

/// <summary>
/// Reads the change stream once more, from where the target stands to now, without applying anything. The target stands at
/// the marker or behind it: what else committed in that moment was applied with it.
/// </summary>
internal sealed class StragglerProbe(RunContext run) : IStragglerProbe
{
    public async Task<IReadOnlyList<Straggler>> ReadAsync(SourcePosition marker, CancellationToken ct)
    {
        // The slot has one reader: the apply session, which is held and will never go on.
        await run.StopChangesAsync();
        var plan = await run.PlanAsync(ct);
        var from = (await run.Target.Ledger.ReadAsync(ct))?.Checkpoint?.Position ?? marker;
        var end = "stragglers-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await run.Source.Capture.EmitMarkerAsync(end, ct);
        await using var reader = run.Source.Capture.OpenReader([.. plan.Tables.Select(t => new FollowedTable(t, from))]);
        var found = new List<Straggler>();
        await foreach (var batch in reader.ReadAsync(from, ChangeBatchLimits.Default, ct))
        {
            foreach (var change in batch.Changes.ToArray())
            {
                found.Add(new Straggler(
                    batch.Tables[change.Table].Table, batch.Transactions[change.Transaction].CommitPosition, change.Op.ToString().ToLowerInvariant()));
            }

            if (batch.Marker == end) break;
        }

        return found;
    }
}
