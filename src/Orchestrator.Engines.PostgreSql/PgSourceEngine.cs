using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Validation;

namespace Orchestrator.Engines.PostgreSql;

/// <summary>A PostgreSQL database as the source of one run.</summary>
public sealed class PgSourceEngine : IRelayableSource
{
    private readonly PgSession _session;
    private readonly PgSourceFence _fence;
    private readonly LogEndpoint _endpoint;

    /// <param name="url">Checked by <see cref="PgUrl"/>; a secret.</param>
    /// <param name="runId">Part of the names of everything created.</param>
    /// <param name="time">Clock of waits.</param>
    public PgSourceEngine(string url, Guid runId, TimeProvider time)
    {
        _session = new PgSession(PgUrl.ToConnectionString(url), "source");
        _fence = new PgSourceFence(_session, runId, time);
        Catalog = new PgSourceCatalog(_session);
        var capture = new PgChangeCapture(_session, runId, time);
        (Capture, _endpoint) = (capture, PgUrl.ToEndpoint(url, capture.ObjectName));
        Digests = new PgDigestReader(_session, "source");
        OpenTransactions = new PgBlockers(_session);
    }

    public ISourceCatalog Catalog { get; }

    public IChangeCapture Capture { get; }

    public ISourceFence Fence => _fence;

    public IDigestReader Digests { get; }

    public IOpenTransactions OpenTransactions { get; }

    public Task<LogEndpoint> EndpointAsync(CancellationToken ct) => Task.FromResult(_endpoint);

    public Task<IReadOnlyDictionary<uint, UserType>> UserTypesAsync(CancellationToken ct) => PgUserTypes.ReadAsync(_session, ct);

    public Task<bool?> AnyRowAsync(TableRef table, string condition, CancellationToken ct) => PgUserTypes.AnyRowAsync(_session, table, condition, ct);

    public OrchestratorException Describe(Exception error, string doing) => PgErrors.Describe(error, doing);

    public async ValueTask DisposeAsync()
    {
        await _fence.DisposeAsync();
        await _session.DisposeAsync();
    }
}
