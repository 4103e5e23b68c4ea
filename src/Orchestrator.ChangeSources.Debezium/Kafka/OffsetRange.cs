using System.Globalization;

namespace Orchestrator.ChangeSources.Debezium.Kafka;

/// <summary>What a partition holds: from <paramref name="Low"/> up to, not including, <paramref name="High"/>.</summary>
internal readonly record struct OffsetRange(long Low, long High)
{
    /// <summary>The range whenever the broker did not say.</summary>
    public static readonly OffsetRange Unknown = new(-1, -1);

    /// <summary>Reading can go on at that offset without having missed anything.</summary>
    public bool Reaches(long offset) => offset >= Low && offset <= High;

    public override string ToString() => this == Unknown ? "an unknown range"
        : Low == High ? string.Create(CultureInfo.InvariantCulture, $"no records, and goes on at {Low}")
        : string.Create(CultureInfo.InvariantCulture, $"{Low} to {High - 1}");
}
