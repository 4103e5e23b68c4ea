using Orchestrator.Core.Positions;

namespace Orchestrator.Core.Writing;

/// <summary>The running change apply as validation and cutover see and steer it.</summary>
public interface IChangeFlow
{
    /// <summary>The last committed checkpoint.</summary>
    Checkpoint Current { get; }

    /// <summary>
    /// How long ago the source stood where the target stands; zero once everything up to the source's present is applied.
    /// Null until a position the source was seen at is reached: a backlog from before has no known age.
    /// </summary>
    TimeSpan? Lag { get; }

    /// <summary>Returns once a checkpoint carrying the marker is committed on the target.</summary>
    Task WaitForMarkerAsync(string nonce, CancellationToken ct);

    /// <summary>
    /// Stops applying at a transaction boundary. Take the source's snapshot, then <see cref="IFlowHold.AdvanceToAsync"/>
    /// its position: both sides then show the same moment. Dispose to go on.
    /// </summary>
    Task<IFlowHold> HoldAsync(CancellationToken ct);
}

/// <summary>While this lives nothing is applied but what is asked for.</summary>
public interface IFlowHold : IAsyncDisposable
{
    /// <summary>Applies exactly the transactions that committed before the position, then holds again.</summary>
    Task AdvanceToAsync(SourcePosition position, CancellationToken ct);
}
