using Orchestrator.ChangeSources.Debezium.Capture;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;

namespace Orchestrator.ChangeSources.Debezium;

/// <summary>A source whose rows are read as always, and whose changes come by way of Kafka.</summary>
public sealed class DebeziumSourceEngine : ISourceEngine
{
    private readonly IRelayableSource _source;
    private readonly DebeziumChangeCapture _capture;

    /// <param name="source">The source itself; disposed with this.</param>
    /// <param name="options">Where Kafka and Kafka Connect are.</param>
    /// <param name="runId">Part of the names of everything created there.</param>
    /// <param name="time">Clock of waits.</param>
    public DebeziumSourceEngine(IRelayableSource source, DebeziumOptions options, Guid runId, TimeProvider time)
    {
        _source = source;
        _capture = new DebeziumChangeCapture(source, new Relay(source, options, runId, time), time);
    }

    public ISourceCatalog Catalog => _source.Catalog;

    public IChangeCapture Capture => _capture;

    public ISourceFence Fence => _source.Fence;

    public IDigestReader Digests => _source.Digests;

    public IOpenTransactions OpenTransactions => _source.OpenTransactions;

    public IReadOnlyList<ConvertedValues> Converted => _source.Converted;

    public Action<RunNotice> Notify
    {
        set => _capture.Notify = value;
    }

    /// <exception cref="OrchestratorException">Configuration <c>E-DBZ-040</c>: it is none of Kafka Connect's; no password is shown.</exception>
    public static void CheckConnectUrl(string url) => ConnectAddress.Parse(url);

    public OrchestratorException Describe(Exception error, string doing) => _source.Describe(error, doing);

    public async ValueTask DisposeAsync()
    {
        _capture.Dispose();
        await _source.DisposeAsync();
    }
}
