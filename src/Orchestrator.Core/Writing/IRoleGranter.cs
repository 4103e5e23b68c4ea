using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Writing;

/// <summary>Gives people's roles rights on the target.</summary>
public interface IRoleGranter
{
    /// <summary>All or nothing; may be repeated.</summary>
    /// <param name="roles">Who gets them.</param>
    /// <param name="tables">What was moved. Rights are given on everything of ours in their schemas, now and later.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="Errors.OrchestratorException">Configuration <c>E-ROLE-001</c>: our own account may not do that.</exception>
    Task GrantAsync(TargetRoles roles, IReadOnlyList<TableRef> tables, CancellationToken ct);
}
