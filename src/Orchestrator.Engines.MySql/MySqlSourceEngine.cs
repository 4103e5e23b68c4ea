using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Cutover;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;
using Orchestrator.Engines.MySql.Validation;

namespace Orchestrator.Engines.MySql;

/// <summary>Databases of a MySQL or MariaDB server as the source of one run.</summary>
public sealed class MySqlSourceEngine : IRelayableSource
{
    private readonly MySqlSourceFence _fence;
    private readonly MySqlSession _session;
    private readonly MarkerTable _markers;
    private readonly uint _connectorId;
    private readonly ZeroDateTally _zeroDates = new();

    /// <param name="url">Checked by <see cref="MySqlUrl"/>; a secret.</param>
    /// <param name="mapping">How types and names become the target's.</param>
    /// <param name="runId">Makes our number among the source's replicas.</param>
    /// <param name="workers">Sessions that copy at once.</param>
    /// <param name="time">Clock of waits.</param>
    /// <param name="isRelayed">Another program follows the log for us (<see cref="EndpointAsync"/>).</param>
    public MySqlSourceEngine(string url, MappingOptions mapping, Guid runId, int workers, TimeProvider time, bool isRelayed = false)
    {
        var session = _session = new MySqlSession(MySqlUrl.Parse(url));
        var catalog = new MySqlCatalog(session, mapping, isRelayed);
        Catalog = catalog;
        Structure = new StructureReader(session, mapping);
        (_markers, _connectorId) = (new MarkerTable(session, runId), ReplicaSettings.ConnectorId(runId));
        var log = new MySqlChangeCapture(session, runId, workers, _zeroDates, time);
        Capture = isRelayed ? new RelayedChangeCapture(log, _markers) : log;
        Digests = new MySqlDigestReader(session, catalog);
        OpenTransactions = new MySqlOpenTransactions(session);
        _fence = new MySqlSourceFence(session, OpenTransactions, time);
    }

    public ISourceCatalog Catalog { get; }

    /// <summary>What the target has to be made of.</summary>
    public IStructureReader Structure { get; }

    public IChangeCapture Capture { get; }

    public ISourceFence Fence => _fence;

    public IDigestReader Digests { get; }

    public IOpenTransactions OpenTransactions { get; }

    public IReadOnlyList<ConvertedValues> Converted => _zeroDates.Counts;

    public async Task<LogEndpoint> EndpointAsync(CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        var address = _session.Address;
        return new LogEndpoint(connection.IsMariaDb ? LogKind.MariaDb : LogKind.MySql, address.Host, address.Port, _session.Databases[0], address.User, address.Password ?? "")
        {
            TlsMode = MySqlUrl.NameOf(address.Tls), ServerId = _connectorId, Markers = _markers.Rows,
        };
    }

    public async Task RequireRightsAsync(CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        var rights = await AccountRights.ReadAsync(connection, ct);
        var database = _session.Databases[0];
        var lacking = MarkerTable.Rights.Where(r => !rights.MayOnDatabases(r, [database])).ToList();
        if (lacking.Count > 0)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-BINLOG-015", $"The account may not {string.Join(", ", lacking)} in database {database}, where this run makes a table of its own to mark places of the log.",
                $"GRANT {string.Join(", ", lacking)} ON {MySqlName.Quote(database)}.* TO the account;");
        }
    }

    /// <summary>Nobody makes types on these servers.</summary>
    public Task<IReadOnlyDictionary<uint, UserType>> UserTypesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<uint, UserType>>(new Dictionary<uint, UserType>());

    public async Task<bool?> AnyRowAsync(TableRef table, string condition, CancellationToken ct)
    {
        using var connection = await _session.OpenPatientAsync(ct);
        await connection.RunAsync(connection.IsMariaDb ? "SET SESSION max_statement_time = 60" : "SET SESSION max_execution_time = 60000", ct);
        try
        {
            return (await connection.RowsAsync($"SELECT 1 FROM {MySqlName.Quote(table)} WHERE {condition} LIMIT 1", ct)).Count > 0;
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is 1969 or 3024)
        {
            return null;
        }
    }

    public TableRef? AlteredBy(string statement, string database, IReadOnlySet<TableRef> tables)
    {
        if (StatementKind.Of(statement, database, (d, t) => tables.Contains(new TableRef(d, t))) is not (StatementEffect.Alter, { } name)) return null;
        // A database that is dropped is named as a table of itself.
        return tables.Cast<TableRef?>().FirstOrDefault(t => t.ToString() == name) ?? tables.Cast<TableRef?>().FirstOrDefault(t => t is { } lost && $"{lost.Schema}.{lost.Schema}" == name);
    }

    public OrchestratorException Describe(Exception error, string doing) => MySqlErrors.Describe(error, doing);

    public ValueTask DisposeAsync() => _fence.DisposeAsync();
}
