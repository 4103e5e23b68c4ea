using Orchestrator.ChangeSources.Debezium;
using Orchestrator.ChangeSources.Debezium.Assessment;
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
using Orchestrator.Engines.Sqlite;
using Orchestrator.Engines.Sqlite.Assessment;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Workflow.Runs;

namespace Orchestrator.Cli;

/// <summary>Opens the source by the scheme of its URL; the target is always PostgreSQL.</summary>
internal sealed class EngineFactory(TimeProvider time) : IEngineFactory
{
    /// <summary>Reads a source's URL by the rules of its engine.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-CFG-*</c>: what is wrong with it.</exception>
    public static void CheckSourceUrl(string url)
    {
        if (SqliteUrl.IsMine(url) || url.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Count(u => u.Contains("://", StringComparison.Ordinal)) > 1) SqliteUrl.Check(url);
        else if (MySqlUrl.IsMine(url)) MySqlUrl.Parse(url);
        else PgUrl.ToConnectionString(url);
    }

    /// <summary>For people: host, port and database, or the files.</summary>
    public static string Display(string url) =>
        SqliteUrl.IsMine(url) ? SqliteUrl.Display(url) : MySqlUrl.IsMine(url) ? MySqlUrl.Parse(url).Display : PgUrl.Display(url);

    public async Task CheckConnectionsAsync(MigrationOptions options, CancellationToken ct)
    {
        if (SqliteUrl.IsMine(options.SourceUrl)) await SqliteConnectCheck.RunAsync(options.SourceUrl, ct);
        else if (MySqlUrl.IsMine(options.SourceUrl)) await MySqlConnectCheck.RunAsync(options.SourceUrl, ct);
        else await PgConnectCheck.RunAsync(options.SourceUrl, "source", ct);
        await PgConnectCheck.RunAsync(options.TargetUrl, "target", ct);
    }

    public ISourceEngine OpenSource(MigrationOptions options, Guid runId) => SqliteUrl.IsMine(options.SourceUrl)
        ? OpenSqlite(options, runId)
        : MySqlUrl.IsMine(options.SourceUrl)
        ? OpenMySql(options, runId)
        : OpenPostgreSql(options, runId);

    public ITargetEngine OpenTarget(MigrationOptions options, Guid runId)
    {
        var file = Path.Combine(options.StateDirectory, options.RunName + ".schema.dump");
        var structure = SqliteUrl.IsMine(options.SourceUrl) ? OpenSqlite(options, runId).Structure : MySqlUrl.IsMine(options.SourceUrl) ? OpenMySql(options, runId).Structure : null;
        return structure is not null
            ? new PgTargetEngine(options.TargetUrl, structure, options.RunName, runId, file, options.ParallelWorkers, time) { ApplyParts = options.Debezium?.ApplyParts ?? 0 }
            : new PgTargetEngine(options.TargetUrl, options.SourceUrl, options.RunName, runId, file, options.ParallelWorkers, time) { ApplyParts = options.Debezium?.ApplyParts ?? 0 };
    }

    public IAssessor OpenAssessor(MigrationOptions options) => SqliteUrl.IsMine(options.SourceUrl)
        ? new PairAssessor(new SqliteSourceAssessor(options.SourceUrl, options.Mapping, options.Backup, time), new PgTargetAssessor(options.TargetUrl), time)
        : MySqlUrl.IsMine(options.SourceUrl)
        ? new PairAssessor(new MySqlSourceAssessor(options.SourceUrl, options.Mapping), new PgTargetAssessor(options.TargetUrl), time)
        : OpenPostgreSqlAssessor(options);

    /// <summary>The source is PostgreSQL.</summary>
    public static bool IsPostgreSql(string url) => !SqliteUrl.IsMine(url) && !MySqlUrl.IsMine(url);

    private ISourceEngine OpenPostgreSql(MigrationOptions options, Guid runId)
    {
        var source = new PgSourceEngine(options.SourceUrl, runId, time);
        return options.Debezium is { } debezium ? new DebeziumSourceEngine(source, debezium, runId, time) : source;
    }

    private IAssessor OpenPostgreSqlAssessor(MigrationOptions options)
    {
        var databases = new PgAssessor(options.SourceUrl, options.TargetUrl, time);
        return options.Debezium is { } debezium
            ? new DebeziumAssessor(databases, () => new PgSourceEngine(options.SourceUrl, Guid.Empty, time), debezium, time)
            : databases;
    }

    private SqliteSourceEngine OpenSqlite(MigrationOptions options, Guid runId) => new(options, runId, time);

    private MySqlSourceEngine OpenMySql(MigrationOptions options, Guid runId) =>
        new(options.SourceUrl, options.Mapping, runId, options.ParallelWorkers, time);
}
