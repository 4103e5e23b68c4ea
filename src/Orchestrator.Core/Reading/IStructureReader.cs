using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;

namespace Orchestrator.Core.Reading;

/// <summary>Reads a source's structure in the target's words; for sources whose schema cannot be dumped and restored.</summary>
public interface IStructureReader
{
    /// <param name="tables">The run's tables, as planned.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="Errors.OrchestratorException">
    /// Configuration <c>E-MAP-*</c>: names or types that cannot be put on the target as they are, all of them named.
    /// </exception>
    Task<TargetStructure> ReadAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);
}
