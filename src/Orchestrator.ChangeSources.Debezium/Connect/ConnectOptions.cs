namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>How patient we are with Kafka Connect.</summary>
internal sealed record ConnectOptions
{
    /// <summary>Longest wait for one answer. Connect itself gives up a request after 90 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further tries after the first when Connect rebalances, is not ready or cannot be reached.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>First pause between tries; each is twice as long as the one before.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a connector to reach a state it was told to take.</summary>
    public TimeSpan StateTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause between two looks at that state.</summary>
    public TimeSpan StatePause { get; init; } = TimeSpan.FromMilliseconds(500);
}
