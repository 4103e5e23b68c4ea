using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Cutover;

/// <summary>A change of a migrated table on the source after the switch; it is not on the target.</summary>
/// <param name="Table">Which table.</param>
/// <param name="Position">Where its transaction committed.</param>
/// <param name="Change">What it was, without values: <c>insert</c>, <c>update</c>, <c>delete</c>, <c>truncate</c>.</param>
public sealed record Straggler(TableRef Table, SourcePosition Position, string Change);

/// <summary>Looks for writes that reached the source although it was fenced (somebody dropped a trigger).</summary>
public interface IStragglerProbe
{
    /// <summary>Every change of a migrated table that committed after the cutover's marker and up to now. Changes nothing.</summary>
    Task<IReadOnlyList<Straggler>> ReadAsync(SourcePosition marker, CancellationToken ct);
}
