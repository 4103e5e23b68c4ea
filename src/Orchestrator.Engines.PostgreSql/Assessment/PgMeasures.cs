using System.Globalization;
using Npgsql;
using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>Sizes, the write rate, and what they let us expect.</summary>
internal static class PgMeasures
{
    public const double Mebi = 1024 * 1024;

    /// <summary>WAL of small updates whose changes were applied per second, two servers on one 2-core machine.</summary>
    public const double ApplyBytesPerSecond = 35 * Mebi;

    /// <summary>Heap bytes copied per second there, source and target together, data in memory.</summary>
    private const double CopyBytesPerSecond = 110 * Mebi;

    /// <summary>Index bytes built per second there.</summary>
    private const double IndexBytesPerSecond = 70 * Mebi;

    private const double SchemaSeconds = 2;
    private const double SecondsPerTable = 0.03;
    private const double FenceSeconds = 0.4;
    private const double SecondsPerSequence = 0.001;

    /// <summary>Reads the log's end twice. Null where there is none to read (a standby), no right to, or no time given.</summary>
    public static async Task<double?> SampleLogAsync(PgSession source, TimeSpan sample, TimeProvider time, CancellationToken ct)
    {
        if (sample <= TimeSpan.Zero) return null;
        const string sql = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8";
        await using var connection = await source.BorrowAsync(ct);
        try
        {
            var started = time.GetTimestamp();
            var from = await connection.ScalarAsync<double>(sql, ct);
            await Task.Delay(sample, time, ct);
            var to = await connection.ScalarAsync<double>(sql, ct);
            var seconds = time.GetElapsedTime(started).TotalSeconds;
            return seconds > 0 ? (to - from) / seconds : null;
        }
        catch (PostgresException)
        {
            return null; // the report says that the rate was not measured
        }
    }

    public static async Task<AssessmentMeasures> PredictAsync(PgCheckContext context, CancellationToken ct)
    {
        var tables = context.Inventory.Tables;
        var bytes = tables.Sum(t => t.Bytes);
        var indexes = (await context.Source.RowAsync(
            "SELECT coalesce(sum(pg_indexes_size(oid)), 0)::bigint FROM unnest($1::oid[]) oid", ct, tables.Select(t => t.SourceId).ToArray())).Long(0);
        var rate = await context.LogRate;
        var load = SchemaSeconds + (tables.Count * SecondsPerTable) + (bytes / CopyBytesPerSecond) + (indexes / IndexBytesPerSecond);
        var pause = FenceSeconds + (context.Inventory.Sequences.Count * SecondsPerSequence) + ((rate ?? 0) * FenceSeconds / ApplyBytesPerSecond);
        return new AssessmentMeasures(tables.Count, bytes, indexes, rate ?? 0, load, context.Request.FollowChanges ? pause : load, Basis(context.Request, rate));
    }

    private static string Basis(AssessmentRequest request, double? rate) => string.Create(CultureInfo.InvariantCulture,
        $"""
        ~ estimates. Load: {CopyBytesPerSecond / Mebi:0} MiB/s of table and {IndexBytesPerSecond / Mebi:0} MiB/s of index, as measured with source and target on one 2-core machine and the data in memory; a network or slower disks can make it several times longer. {(request.FollowChanges
            ? $"Pause: {FenceSeconds:0.0} s for fence and last changes, a little per sequence, and the time to apply what is written meanwhile; an open transaction adds its own length."
            : "Pause: the whole load, because changes made meanwhile are not followed.")} {(rate is null
            ? "The write rate could not be measured and counts as 0."
            : $"The write rate is a sample of {request.Sample.TotalSeconds:0.#} s; a busier hour is not in it.")}
        """);
}
