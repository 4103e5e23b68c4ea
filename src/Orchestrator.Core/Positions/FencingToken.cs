namespace Orchestrator.Core.Positions;

/// <summary>
/// Grows with every process that takes over a run. The target refuses writes that bear an older one, so a process
/// that was paused and lost its lease cannot do harm.
/// </summary>
public readonly record struct FencingToken(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
