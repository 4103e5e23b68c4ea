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
        await CheckConnectionAsync(options.SourceUrl, "source", ct);
        await PgConnectCheck.RunAsync(options.TargetUrl, "target", ct);
    }

    /// <summary>Connects to one database.</summary>
    /// <param name="url">Of any engine.</param>
    /// <param name="what">What it is called in the sentence about what does not work.</param>
    /// <param name="ct">Stops it.</param>
    public static Task CheckConnectionAsync(string url, string what, CancellationToken ct) =>
        SqliteUrl.IsMine(url) ? SqliteConnectCheck.RunAsync(url, ct) : MySqlUrl.IsMine(url) ? MySqlConnectCheck.RunAsync(url, ct) : PgConnectCheck.RunAsync(url, what, ct);

    public ISourceEngine OpenSource(MigrationOptions options, Guid runId) => SqliteUrl.IsMine(options.SourceUrl)
        ? OpenSqlite(options, runId)
        : Relayed(MySqlUrl.IsMine(options.SourceUrl) ? OpenMySql(options, runId) : new PgSourceEngine(options.SourceUrl, runId, time), options, runId);

    public ITargetEngine OpenTarget(MigrationOptions options, Guid runId)
    {
        var file = Path.Combine(options.StateDirectory, options.RunName + ".schema.dump");
        var structure = SqliteUrl.IsMine(options.SourceUrl) ? OpenSqlite(options, runId).Structure : MySqlUrl.IsMine(options.SourceUrl) ? OpenMySql(options, runId).Structure : null;
        return structure is not null
            ? new PgTargetEngine(options.TargetUrl, structure, options.RunName, runId, file, options.ParallelWorkers, time)
            : new PgTargetEngine(options.TargetUrl, options.SourceUrl, options.RunName, runId, file, options.ParallelWorkers, time);
    }

    public IAssessor OpenAssessor(MigrationOptions options) => SqliteUrl.IsMine(options.SourceUrl)
        ? new PairAssessor(new SqliteSourceAssessor(options.SourceUrl, options.Mapping, options.Backup, time), new PgTargetAssessor(options.TargetUrl), time)
        : MySqlUrl.IsMine(options.SourceUrl)
        ? Relayed(new PairAssessor(new MySqlSourceAssessor(options.SourceUrl, options.Mapping), new PgTargetAssessor(options.TargetUrl), time), options, () => OpenMySql(options, Guid.Empty))
        : Relayed(new PgAssessor(options.SourceUrl, options.TargetUrl, time), options, () => new PgSourceEngine(options.SourceUrl, Guid.Empty, time));

    /// <summary>The source is PostgreSQL.</summary>
    public static bool IsPostgreSql(string url) => !SqliteUrl.IsMine(url) && !MySqlUrl.IsMine(url);

    /// <summary>The source keeps a log that changes can be followed by.</summary>
    public static bool HasLog(string url) => !SqliteUrl.IsMine(url);

    private ISourceEngine Relayed(IRelayableSource source, MigrationOptions options, Guid runId) =>
        options.Debezium is { } debezium ? new DebeziumSourceEngine(source, debezium, runId, time) : source;

    private IAssessor Relayed(IAssessor databases, MigrationOptions options, Func<IRelayableSource> openSource) =>
        options.Debezium is { } debezium ? new DebeziumAssessor(databases, openSource, debezium, time) : databases;

    private SqliteSourceEngine OpenSqlite(MigrationOptions options, Guid runId) => new(options, runId, time);

    private MySqlSourceEngine OpenMySql(MigrationOptions options, Guid runId) =>
        new(options.SourceUrl, options.Mapping, runId, options.ParallelWorkers, time, isRelayed: options.Debezium is not null);
}
