using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;

namespace Orchestrator.Core.Writing;

/// <summary>Everything one run needs of its target database.</summary>
public interface ITargetEngine : IAsyncDisposable
{
    ITargetLedger Ledger { get; }

    /// <summary>The target's structure, read by the same code as the source's.</summary>
    ISourceCatalog Catalog { get; }

    ISchemaMover Schema { get; }

    ITargetFence Fence { get; }

    ISequenceWriter Sequences { get; }

    IRoleGranter Roles { get; }

    IDigestReader Digests { get; }

    /// <summary>For a load that several processes share.</summary>
    ILoadShare Share { get; }

    /// <summary>One per copy worker.</summary>
    IBulkWriter OpenBulkWriter();

    IChangeWriter OpenChangeWriter();

    /// <summary>One per worker of a run whose changes are applied in parts.</summary>
    /// <param name="worker">For people: which process it is.</param>
    IPartWriter OpenPartWriter(string worker);

    /// <summary>What an exception of this engine's driver means; our own keep their kind.</summary>
    OrchestratorException Describe(Exception error, string doing);
}
