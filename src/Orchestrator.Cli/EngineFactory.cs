using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.MySql;
using Orchestrator.Engines.MySql.Assessment;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.PostgreSql;
using Orchestrator.Engines.PostgreSql.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Cli;

/// <summary>Opens the source by the scheme of its URL; the target is always PostgreSQL.</summary>
internal sealed class EngineFactory(TimeProvider time) : IEngineFactory
{
    /// <summary>Reads a source's URL by the rules of its engine.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-CFG-*</c>: what is wrong with it.</exception>
    public static void CheckSourceUrl(string url)
    {
        if (MySqlUrl.IsMine(url)) MySqlUrl.Parse(url);
        else PgUrl.ToConnectionString(url);
    }

    /// <summary>For people: host, port and database.</summary>
    public static string Display(string url) => MySqlUrl.IsMine(url) ? MySqlUrl.Parse(url).Display : PgUrl.Display(url);

    public async Task CheckConnectionsAsync(MigrationOptions options, CancellationToken ct)
    {
        if (MySqlUrl.IsMine(options.SourceUrl)) await MySqlConnectCheck.RunAsync(options.SourceUrl, ct);
        else await PgConnectCheck.RunAsync(options.SourceUrl, "source", ct);
        await PgConnectCheck.RunAsync(options.TargetUrl, "target", ct);
    }

    public ISourceEngine OpenSource(MigrationOptions options, Guid runId) => MySqlUrl.IsMine(options.SourceUrl)
        ? OpenMySql(options, runId)
        : new PgSourceEngine(options.SourceUrl, runId, time);

    public ITargetEngine OpenTarget(MigrationOptions options, Guid runId)
    {
        var file = Path.Combine(options.StateDirectory, options.RunName + ".schema.dump");
        return MySqlUrl.IsMine(options.SourceUrl)
            ? new PgTargetEngine(options.TargetUrl, OpenMySql(options, runId).Structure, options.RunName, runId, file, options.ParallelWorkers, time)
            : new PgTargetEngine(options.TargetUrl, options.SourceUrl, options.RunName, runId, file, options.ParallelWorkers, time);
    }

    public IAssessor OpenAssessor(MigrationOptions options) => MySqlUrl.IsMine(options.SourceUrl)
        ? new PairAssessor(new MySqlSourceAssessor(options.SourceUrl, options.Mapping), new PgTargetAssessor(options.TargetUrl), time)
        : new PgAssessor(options.SourceUrl, options.TargetUrl, time);

    private MySqlSourceEngine OpenMySql(MigrationOptions options, Guid runId) =>
        new(options.SourceUrl, options.Mapping, runId, options.ParallelWorkers, time);
}
