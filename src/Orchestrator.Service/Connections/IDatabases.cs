using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Writing;

namespace Orchestrator.Service.Connections;

/// <summary>What the service needs to know of databases before a run: the engines know the rest.</summary>
public interface IDatabases
{
    /// <summary>Reads a URL and says it without its password.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-CFG-*</c>: it cannot be used.</exception>
    string Display(string url);

    /// <summary>Connects once.</summary>
    /// <exception cref="Core.Errors.OrchestratorException"><c>E-CONN-*</c>: what does not work.</exception>
    Task CheckAsync(string url, CancellationToken ct);

    /// <summary>Looks into a database; connects when something is asked of it.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-BROWSE-001</c>: this cannot be done with a database of its kind.</exception>
    ITableBrowser Browse(string url);

    /// <summary>The URL is one of PostgreSQL.</summary>
    bool IsPostgreSql(string url);

    /// <summary>A dump of a database; connects when it is made.</summary>
    /// <exception cref="Core.Errors.OrchestratorException">Configuration <c>E-BACKUP-002</c>: this cannot be done with a database of its kind.</exception>
    IDatabaseDump Dump(string url);

    /// <summary>What the target's records say of a table's load.</summary>
    /// <param name="targetUrl">The target.</param>
    /// <param name="run">Whose load it is.</param>
    /// <param name="table">Which table.</param>
    /// <param name="after">Number of the chunk after which to go on; -1: from the first.</param>
    /// <param name="limit">At most so many chunks.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>Null: it has no record of it (any more).</returns>
    /// <exception cref="Core.Errors.OrchestratorException">It cannot be reached or read.</exception>
    Task<LoadedTable?> LoadedAsync(string targetUrl, RunRecord run, TableRef table, int after, int limit, CancellationToken ct);
}
