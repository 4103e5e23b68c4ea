using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>
/// What a binary log tells by statements: TRUNCATE and alterations. They belong to no transaction that the transaction topic
/// counts, so when they are read later ones may be applied already. Whether one is old is therefore a matter of the snapshot
/// its table was loaded from, never of what was applied: it stops the run, and stops it again whenever it is read.
/// </summary>
/// <param name="tables">As the decoder numbers them.</param>
internal sealed class LogStatements(IReadOnlyList<FollowedTable> tables)
{
    /// <summary>By the latest of a table's forms, which stands last.</summary>
    private readonly Dictionary<TableRef, SourcePosition> _from = tables.GroupBy(t => t.Table.SourceName).ToDictionary(g => g.Key, g => g.Last().From);
    private readonly HashSet<TableRef> _severalForms = [.. tables.GroupBy(t => t.Table.SourceName).Where(g => g.Count() > 1).Select(g => g.Key)];

    /// <exception cref="OrchestratorException">Data <c>E-DBZ-078</c> a TRUNCATE, <c>E-DDL-002</c> an alteration, of a followed table, after it was loaded.</exception>
    public void Check(string topic, int partition, long offset, in DecodedEvent e)
    {
        if (e.Kind is not (EventKind.Truncate or EventKind.SchemaChange) || e.Source.File is null || e.Table < 0 || e.Table >= tables.Count) return;
        var table = tables[e.Table].Table.SourceName;
        var at = SourceOrder.Of(e.Source, e.Transaction);
        if (at < _from[table]) return;
        if (e.Kind == EventKind.Truncate) throw MergeErrors.Truncated(table, topic, partition, offset, at);
        // One that was made on both sides: its rows tell which form they have.
        if (!_severalForms.Contains(table)) throw MergeErrors.Altered(table, at, e.Message?.Content ?? "");
    }
}
