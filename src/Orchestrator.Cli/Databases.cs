using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Browsing;
using Orchestrator.Engines.PostgreSql.Dumps;
using Orchestrator.Engines.PostgreSql.Target.Load;
using Orchestrator.Service.Connections;

namespace Orchestrator.Cli;

/// <summary>The engines' knowledge of URLs, for the service.</summary>
internal sealed class Databases : IDatabases
{
    public string Display(string url)
    {
        if (url.Any(char.IsWhiteSpace))
            throw new OrchestratorException(ErrorKind.Configuration, "E-CFG-002", "The database URL cannot be read: there is a blank in it.", "Write %20 for a blank; a connection is one database.");
        EngineFactory.CheckSourceUrl(url);
        return EngineFactory.Display(url);
    }

    public Task CheckAsync(string url, CancellationToken ct) => EngineFactory.CheckConnectionAsync(url, "database", ct);

    public ITableBrowser Browse(string url) => EngineFactory.IsPostgreSql(url)
        ? new PgTableBrowser(url)
        : throw new OrchestratorException(ErrorKind.Configuration, "E-BROWSE-001", "Tables and rows are shown for PostgreSQL only.", "Look at this database with its own programs.");

    public bool IsPostgreSql(string url) => EngineFactory.IsPostgreSql(url);

    public IDatabaseDump Dump(string url) => EngineFactory.IsPostgreSql(url)
        ? new PgDatabaseDump(url)
        : throw new OrchestratorException(ErrorKind.Configuration, "E-BACKUP-002", "Backups are made of PostgreSQL only.", "Back this database up with its own programs.");

    public Task<LoadedTable?> LoadedAsync(string targetUrl, RunRecord run, TableRef table, int after, int limit, CancellationToken ct) =>
        PgLoadReader.ReadAsync(targetUrl, run, table, after, limit, ct);
}
