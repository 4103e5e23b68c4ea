using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;

namespace Orchestrator.Core.Reading;

/// <summary>Everything one run needs of its source database.</summary>
public interface ISourceEngine : IAsyncDisposable
{
    ISourceCatalog Catalog { get; }

    IChangeCapture Capture { get; }

    ISourceFence Fence { get; }

    IDigestReader Digests { get; }

    IOpenTransactions OpenTransactions { get; }

    /// <summary>Values that became something else on the way because the target has no equal, since this process began.</summary>
    IReadOnlyList<ConvertedValues> Converted => [];

    /// <summary>Takes what whoever watches the run should know while changes are followed; engines that say it by exceptions alone ignore it.</summary>
    Action<RunNotice> Notify
    {
        set { }
    }

    /// <summary>What an exception of this engine's driver means; our own keep their kind.</summary>
    OrchestratorException Describe(Exception error, string doing);
}
