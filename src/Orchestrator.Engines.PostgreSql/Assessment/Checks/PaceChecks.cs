using System.Globalization;
using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Whether the target can keep up with the source. Last: it waits for the sample of the write rate.</summary>
internal static class PaceChecks
{
    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-CDC-001", Severity.Warning, "cdc", "The source writes less than can be applied", async (c, f, ct) =>
        {
            if (await c.LogRate is { } rate && rate > PgMeasures.ApplyBytesPerSecond / 2)
            {
                f.Add("source", string.Create(CultureInfo.InvariantCulture,
                    $"writes {rate / PgMeasures.Mebi:0.0} MiB of WAL per second, more than half of the ~{PgMeasures.ApplyBytesPerSecond / PgMeasures.Mebi:0} MiB/s we measured being applied: catching up after the load may take long or never end."),
                    "Run the load at a quiet time, or move the busiest tables in a run of their own.");
            }
        }) { OnlyWhenFollowing = true },
    ];
}
