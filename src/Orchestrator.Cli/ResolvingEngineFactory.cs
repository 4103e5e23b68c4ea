using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Cli;

/// <summary>Puts what URLs refer to into them when a database is opened: the options of a run, which are stored, keep the reference.</summary>
internal sealed class ResolvingEngineFactory(IEngineFactory engines, Func<string, string> resolve) : IEngineFactory
{
    public Task CheckConnectionsAsync(MigrationOptions options, CancellationToken ct) => engines.CheckConnectionsAsync(Resolved(options), ct);

    public ISourceEngine OpenSource(MigrationOptions options, Guid runId) => engines.OpenSource(Resolved(options), runId);

    public ITargetEngine OpenTarget(MigrationOptions options, Guid runId) => engines.OpenTarget(Resolved(options), runId);

    public IAssessor OpenAssessor(MigrationOptions options) => engines.OpenAssessor(Resolved(options));

    private MigrationOptions Resolved(MigrationOptions options) => options with { SourceUrl = resolve(options.SourceUrl), TargetUrl = resolve(options.TargetUrl) };
}
