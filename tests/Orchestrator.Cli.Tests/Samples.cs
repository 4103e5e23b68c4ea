using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests;

/// <summary>Progress like the one of a real run.</summary>
internal static class Samples
{
    private const long Gib = 1L << 30;

    public static readonly DateTimeOffset At = new(2026, 11, 21, 14, 2, 9, 120, TimeSpan.Zero);

    public static RunProgress FullLoad() => new()
    {
        Run = "shop-to-pg",
        Phase = "full-load",
        At = At,
        Source = "db1:5432/shop",
        Target = "rds-7:5432/shop",
        Safety = "source untouched and writable",
        BytesDone = 624,
        BytesPlanned = 1000,
        RowsPerSecond = 82_000,
        BytesPerSecond = 19 << 20,
        RetainedLogBytes = 2 * Gib,
        Eta = new EtaRange(TimeSpan.FromSeconds(23.5 * 60), TimeSpan.FromSeconds(28.9 * 60)),
        Tables =
        [
            new(new("shop", "customers"), TableActivity.Done, 120_000, 120_400, Gib / 4, Gib / 4),
            new(new("shop", "orders"), TableActivity.Copying, 41_212_000, 66_012_000, 91 * Gib / 10, 146 * Gib / 10, "chunk 412/660") { Eta = TimeSpan.FromMinutes(10.6) },
            new(new("shop", "events"), TableActivity.Retrying, 12_004_112, 30_000_000, 44 * Gib / 10, 11 * Gib, "40P01, again in 8 s") { Attempt = 2, Eta = TimeSpan.FromMinutes(19) },
            new(new("shop", "prices"), TableActivity.Indexing, 1_204_001, 1_204_001, Gib / 5, Gib / 5, "index 2/3") { Eta = TimeSpan.FromSeconds(55) },
            new(new("shop", "a_table_with_a_name_that_is_much_longer_than_any_column_could_be"), TableActivity.Waiting, 0, null, 0, null),
        ],
    };

    public static RunProgress Cdc() => new()
    {
        Run = "shop-to-pg",
        Phase = "cdc",
        At = At,
        Safety = "both loaded, source writable",
        Lag = TimeSpan.FromMilliseconds(420),
        ApplyRowsPerSecond = 9100,
        TransactionsApplied = 120_400,
        RetainedLogBytes = 12 << 20,
    };
}
