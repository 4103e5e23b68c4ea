using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql;
using Orchestrator.Engines.PostgreSql.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Cli;

/// <summary>Opens PostgreSQL on both sides.</summary>
internal sealed class PgEngineFactory(TimeProvider time) : IEngineFactory
{
    public async Task CheckConnectionsAsync(MigrationOptions options, CancellationToken ct)
    {
        await PgConnectCheck.RunAsync(options.SourceUrl, "source", ct);
        await PgConnectCheck.RunAsync(options.TargetUrl, "target", ct);
    }

    public ISourceEngine OpenSource(MigrationOptions options, Guid runId) => new PgSourceEngine(options.SourceUrl, runId, time);

    public ITargetEngine OpenTarget(MigrationOptions options, Guid runId) => new PgTargetEngine(
        options.TargetUrl, options.SourceUrl, options.RunName, runId,
        Path.Combine(options.StateDirectory, $"{options.RunName}.schema.dump"), options.ParallelWorkers, time);

    public IAssessor OpenAssessor(MigrationOptions options) => new PgAssessor(options.SourceUrl, options.TargetUrl, time);
}
