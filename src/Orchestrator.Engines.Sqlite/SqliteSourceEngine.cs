using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Cutover;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Validation;

namespace Orchestrator.Engines.Sqlite;

/// <summary>SQLite files as the source of one run. They are copied and compared; there are no changes to follow.</summary>
public sealed class SqliteSourceEngine : ISourceEngine
{
    private readonly SqliteFence _fence = new();
    private readonly SqliteChangeCapture _capture;

    /// <param name="options">What the user decided about the run.</param>
    /// <param name="run">The run; empty: a comparison without one.</param>
    /// <param name="time">Tells whether what was read of a file still holds.</param>
    public SqliteSourceEngine(MigrationOptions options, Guid run, TimeProvider time)
    {
        var catalog = new SqliteCatalog(SqliteUrl.Parse(options.SourceUrl), options.Mapping, time);
        _capture = new SqliteChangeCapture(catalog, options, run);
        Catalog = catalog;
        Structure = new StructureReader(catalog);
        Digests = new SqliteDigestReader(catalog, _capture, options);
    }

    public ISourceCatalog Catalog { get; }

    /// <summary>What the target has to be made of.</summary>
    public IStructureReader Structure { get; }

    public IChangeCapture Capture => _capture;

    public ISourceFence Fence => _fence;

    public IDigestReader Digests { get; }

    public IOpenTransactions OpenTransactions => _fence;

    public OrchestratorException Describe(Exception error, string doing) => SqliteErrors.Describe(error, doing);

    public ValueTask DisposeAsync()
    {
        _capture.Dispose();
        return ValueTask.CompletedTask;
    }
}
