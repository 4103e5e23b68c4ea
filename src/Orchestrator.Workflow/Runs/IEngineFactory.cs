using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Workflow.Runs;

/// <summary>Opens the engines that the URLs of a run ask for.</summary>
public interface IEngineFactory
{
    /// <summary>Connects once and throws a sentence about what does not work: host, login, database.</summary>
    Task CheckConnectionsAsync(MigrationOptions options, CancellationToken ct);

    ISourceEngine OpenSource(MigrationOptions options, Guid runId);

    ITargetEngine OpenTarget(MigrationOptions options, Guid runId);

    IAssessor OpenAssessor(MigrationOptions options);
}
