using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Cutover;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;
using Orchestrator.Engines.MySql.Validation;

namespace Orchestrator.Engines.MySql;

/// <summary>Databases of a MySQL or MariaDB server as the source of one run.</summary>
public sealed class MySqlSourceEngine : ISourceEngine
{
    private readonly MySqlSourceFence _fence;
    private readonly ZeroDateTally _zeroDates = new();

    /// <param name="url">Checked by <see cref="MySqlUrl"/>; a secret.</param>
    /// <param name="mapping">How types and names become the target's.</param>
    /// <param name="runId">Makes our number among the source's replicas.</param>
    /// <param name="workers">Sessions that copy at once.</param>
    /// <param name="time">Clock of waits.</param>
    public MySqlSourceEngine(string url, MappingOptions mapping, Guid runId, int workers, TimeProvider time)
    {
        var session = new MySqlSession(MySqlUrl.Parse(url));
        var catalog = new MySqlCatalog(session, mapping);
        Catalog = catalog;
        Structure = new StructureReader(session, mapping);
        Capture = new MySqlChangeCapture(session, runId, workers, _zeroDates, time);
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

    public OrchestratorException Describe(Exception error, string doing) => MySqlErrors.Describe(error, doing);

    public ValueTask DisposeAsync() => _fence.DisposeAsync();
}
