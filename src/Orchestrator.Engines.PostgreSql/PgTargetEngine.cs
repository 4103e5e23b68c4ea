using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target;
using Orchestrator.Engines.PostgreSql.Target.Load;
using Orchestrator.Engines.PostgreSql.Target.Parts;
using Orchestrator.Engines.PostgreSql.Target.Schema;
using Orchestrator.Engines.PostgreSql.Target.Structure;
using Orchestrator.Engines.PostgreSql.Validation;

namespace Orchestrator.Engines.PostgreSql;

/// <summary>A PostgreSQL database as the target of one run.</summary>
public sealed class PgTargetEngine : ITargetEngine
{
    private readonly PgSession _session;
    private readonly PgSchemaMover _schema;
    private readonly string _run;
    private readonly TimeProvider _time;

    /// <summary>For a source that is PostgreSQL too.</summary>
    /// <param name="url">Checked by <see cref="PgUrl"/>; a secret.</param>
    /// <param name="sourceUrl">Where the schema comes from; a secret.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="runId">Part of the names of everything created.</param>
    /// <param name="archivePath">File that keeps the schema dump.</param>
    /// <param name="workers">Indexes built at once.</param>
    /// <param name="time">Clock of waits.</param>
    public PgTargetEngine(string url, string sourceUrl, string run, Guid runId, string archivePath, int workers, TimeProvider time)
        : this(url, run, runId, workers, time, target => new DumpScripts(new PgSession(PgUrl.ToConnectionString(sourceUrl), "schema"), target, archivePath))
    {
    }

    /// <summary>For a source of another kind.</summary>
    /// <param name="url">Checked by <see cref="PgUrl"/>; a secret.</param>
    /// <param name="structure">Where the schema comes from; not disposed here.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="runId">Part of the names of everything created.</param>
    /// <param name="structurePath">File that keeps the structure until the run ends.</param>
    /// <param name="workers">Indexes built at once.</param>
    /// <param name="time">Clock of waits.</param>
    public PgTargetEngine(string url, IStructureReader structure, string run, Guid runId, string structurePath, int workers, TimeProvider time)
        : this(url, run, runId, workers, time, target => new StructureScripts(structure, target, structurePath))
    {
    }

    private PgTargetEngine(string url, string run, Guid runId, int workers, TimeProvider time, Func<PgSession, ISchemaScripts> scripts)
    {
        // Two state directories may both have a run of that name.
        (_run, _time) = (PgTargetLedger.KeyOf(run, runId), time);
        _session = new PgSession(PgUrl.ToConnectionString(url), "target");
        _schema = new PgSchemaMover(scripts(_session), _session, _run, workers);
        var ledger = new PgTargetLedger(_session, _run);
        Ledger = ledger;
        Share = new PgLoadShare(_session, _run, ledger, time);
        Catalog = new PgSourceCatalog(_session);
        Fence = new PgTargetFence(_session, runId, time);
        Sequences = new PgSequenceWriter(_session);
        Roles = new PgRoleGranter(_session);
        Digests = new PgDigestReader(_session, "target");
    }

    public ITargetLedger Ledger { get; }

    public ISourceCatalog Catalog { get; }

    public ISchemaMover Schema => _schema;

    public ITargetFence Fence { get; }

    public ISequenceWriter Sequences { get; }

    public IRoleGranter Roles { get; }

    public IDigestReader Digests { get; }

    public ILoadShare Share { get; }

    public IBulkWriter OpenBulkWriter() => new PgBulkWriter(_session, _run);

    /// <summary>Into how many parts changes are divided among workers; 0: one session applies them all.</summary>
    public int ApplyParts { get; init; }

    public IChangeWriter OpenChangeWriter() => ApplyParts > 0 ? new PgSharedChangeWriter(_session, _run, ApplyParts) : new PgChangeWriter(_session, _run);

    public IPartWriter OpenPartWriter(string worker) => new PgPartWriter(_session, _run, worker, _time);

    public OrchestratorException Describe(Exception error, string doing) => PgErrors.Describe(error, doing);

    public async ValueTask DisposeAsync()
    {
        await _schema.DisposeAsync();
        await _session.DisposeAsync();
    }
}
