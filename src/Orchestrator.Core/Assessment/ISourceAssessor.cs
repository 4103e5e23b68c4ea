using Orchestrator.Core.Reading;

namespace Orchestrator.Core.Assessment;

/// <summary>Looks at a source that is no PostgreSQL without changing anything; the target's engine looks at the other half.</summary>
public interface ISourceAssessor
{
    /// <returns>What it found, and what is planned to be moved.</returns>
    Task<(SideAssessment Side, SourceInventory Inventory)> AssessAsync(AssessmentRequest request, CancellationToken ct);
}
