using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>Compares one table: digests by bucket, then the rows of differing buckets, then their columns.</summary>
public sealed class TableComparison(ViewPair views, SuspectRecheck? recheck, ValidationOptions options)
{
    private sealed record Found(List<DifferingRow> Rows, long Missing, long Extra, long Changed, bool Complete)
    {
        public long All => Missing + Extra + Changed;
    }

    /// <param name="schema">The table as the source has it.</param>
    /// <param name="rows">Told the rows digested on the source; may be null.</param>
    /// <param name="ct">Stops the comparison.</param>
    public async Task<TableReport> RunAsync(TableSchema schema, IProgress<long>? rows, CancellationToken ct)
    {
        if (await CompareAsync(views, schema, rows, ct) is { } report) return report;
        for (var round = 1; round < options.TableTries; round++)
        {
            await using var now = await recheck!.OpenAsync(ct);
            if (await CompareAsync(now, schema, null, ct) is { } later) return later;
        }

        return NotProven(
            schema.Table, $"rows that differed were on neither side any more when they were read again, {options.TableTries} times: they may differ under another key");
    }

    /// <returns>Null: rows that differed were lost sight of, so the table is to be compared again.</returns>
    private async Task<TableReport?> CompareAsync(ViewPair views, TableSchema schema, IProgress<long>? rows, CancellationToken ct)
    {
        var (here, there) = await views.BothAsync((v, stop) => v.ColumnsAsync(schema.Table, stop), ct);
        var plan = ComparisonPlan.Of(schema, here, there);
        if (plan.Table is not { } table) return NotProven(schema.Table, plan.Reason!);

        var buckets = BucketDiff.CountFor(Math.Max(schema.EstimatedRows, schema.Pages * 50));
        var (source, target) = await views.BothAsync(
            (v, stop) => v.DigestAsync(table, buckets, v == views.Source ? rows : null, stop), ct);
        var different = BucketDiff.Compare(source, target);
        var report = new TableReport
        {
            Table = schema.Table,
            Verdict = different.Count == 0 ? ValidationVerdict.Equal : ValidationVerdict.Different,
            SourceRows = source.Values.Sum(b => b.Rows),
            TargetRows = target.Values.Sum(b => b.Rows),
            Rejected = views.Source.RejectedOf(schema.Table),
            Buckets = buckets,
            BucketsDifferent = different.Count,
            NotCompared = plan.NotCompared,
        };
        if (different.Count == 0) return report;
        var found = await DrillDownAsync(views, table, buckets, different, ct);
        return recheck is null
            ? await NamedAsync(report, views, table, found, ct)
            : await RecheckedAsync(report, recheck, table, found, ct);
    }

    public static TableReport NotProven(TableRef table, string reason) =>
        new() { Table = table, Verdict = ValidationVerdict.NotProven, Reason = reason };

    private async Task<Found> DrillDownAsync(
        ViewPair views, DigestTable table, int buckets, IReadOnlyList<DifferentBucket> different, CancellationToken ct)
    {
        var keep = recheck is null ? options.MaxNamedRows : options.MaxSuspects;
        var found = new Found([], 0, 0, 0, true);
        var passes = 0;
        foreach (var pass in BucketDiff.Passes(different, options.RowsPerPass))
        {
            if (passes++ >= options.MaxPasses)
            {
                found = found with
                {
                    Missing = found.Missing + pass.Sum(b => Math.Max(0, b.SourceRows - b.TargetRows)),
                    Extra = found.Extra + pass.Sum(b => Math.Max(0, b.TargetRows - b.SourceRows)),
                    Complete = false,
                };
                continue;
            }

            int[] chosen = [.. pass.Select(b => b.Bucket)];
            var (source, target) = await views.BothAsync(
                async (v, stop) => await v.RowsAsync(table, buckets, chosen, stop).ToListAsync(stop), ct);
            var rows = RowDiff.Compare(source, target);
            found.Rows.AddRange(rows.Take(keep - found.Rows.Count));
            found = found with
            {
                Missing = found.Missing + Count(rows, DifferenceKind.Missing),
                Extra = found.Extra + Count(rows, DifferenceKind.Extra),
                Changed = found.Changed + Count(rows, DifferenceKind.Changed),
            };
        }

        return found;
    }

    private async Task<TableReport?> RecheckedAsync(
        TableReport report, SuspectRecheck again, DigestTable table, Found found, CancellationToken ct)
    {
        var (left, now, lostSight) = await again.SettleAsync(table, found.Rows, ct);
        await using (now)
        {
            var rechecked = found.Rows.Sum(r => r.Count);
            if (left.Count > 0)
            {
                return await NamedAsync(report, now!, table, new Found(
                    [.. left],
                    Count(left, DifferenceKind.Missing),
                    Count(left, DifferenceKind.Extra),
                    Count(left, DifferenceKind.Changed),
                    found.Complete && rechecked == found.All), ct);
            }

            if (lostSight) return null;
            if (found.Complete && rechecked == found.All) return report with { Verdict = ValidationVerdict.Equal };
            return report with
            {
                Verdict = ValidationVerdict.NotProven,
                Reason = $"more than {options.MaxSuspects} rows differed while the sides were changing; those read again all agreed",
            };
        }
    }

    private async Task<TableReport> NamedAsync(
        TableReport report, ViewPair read, DigestTable table, Found found, CancellationToken ct) => report with
        {
            Missing = found.Missing,
            Extra = found.Extra,
            Changed = found.Changed,
            CountsExact = found.Complete,
            Rows = await RowNaming.NameAsync(read, table, [.. found.Rows.Take(options.MaxNamedRows)], options.MaxSamples, ct),
        };

    private static long Count(IEnumerable<DifferingRow> rows, DifferenceKind kind) =>
        rows.Where(r => r.Kind == kind).Sum(r => r.Count);
}
