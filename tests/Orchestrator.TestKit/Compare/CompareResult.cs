namespace Orchestrator.TestKit;

/// <summary>How sequences of the two sides are judged.</summary>
public enum SequenceRule
{
    /// <summary>last_value and is_called are the same.</summary>
    Equal,

    /// <summary>The target hands out no value the source has handed out.</summary>
    TargetNotBehind,

    /// <summary>Sequences are not looked at.</summary>
    Ignore,
}

/// <summary>The outcome of a full comparison.</summary>
/// <param name="Tables">How many tables were compared.</param>
/// <param name="Rows">How many source rows they hold.</param>
/// <param name="Differences">One readable sentence per difference; empty means equal.</param>
public sealed record CompareResult(int Tables, long Rows, IReadOnlyList<string> Differences)
{
    /// <summary>No difference was found and something was compared.</summary>
    public bool IsEqual => Differences.Count == 0;

    /// <inheritdoc/>
    public override string ToString()
        => IsEqual ? $"{Tables} tables, {Rows} rows, equal" : string.Join('\n', Differences);
}
