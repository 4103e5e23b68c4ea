namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>How much is held back and for how long.</summary>
/// <param name="HeldBytes">Of one partition, its events waiting for earlier ones of other partitions; one event is held whatever its size.</param>
/// <param name="Transactions">Begun and not yet handed on.</param>
/// <param name="Remembered">Transactions handed on last, whose events are known should they come again.</param>
/// <param name="Patience">How long events that should be there are waited for while nothing else comes.</param>
internal sealed record MergeLimits(int HeldBytes, int Transactions, int Remembered, TimeSpan Patience)
{
    /// <summary>Room that an event takes beside its images.</summary>
    public const int EventBytes = 256;

    public static MergeLimits Default { get; } = new(16 << 20, 10_000, 10_000, TimeSpan.FromSeconds(60));
}
