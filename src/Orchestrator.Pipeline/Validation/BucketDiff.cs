using Orchestrator.Core.Validation;

namespace Orchestrator.Pipeline.Validation;

/// <summary>A bucket whose digests differ.</summary>
/// <param name="Bucket">Its number.</param>
/// <param name="SourceRows">Rows in it on the source.</param>
/// <param name="TargetRows">Rows in it on the target.</param>
public readonly record struct DifferentBucket(int Bucket, long SourceRows, long TargetRows);

/// <summary>Compares digests and cuts the differing buckets into passes of bounded size.</summary>
public static class BucketDiff
{
    public static IReadOnlyList<DifferentBucket> Compare(
        IReadOnlyDictionary<int, BucketDigest> source, IReadOnlyDictionary<int, BucketDigest> target) =>
    [
        .. source.Keys.Union(target.Keys).Order()
            .Where(b => source.GetValueOrDefault(b) != target.GetValueOrDefault(b))
            .Select(b => new DifferentBucket(b, source.GetValueOrDefault(b).Rows, target.GetValueOrDefault(b).Rows)),
    ];

    /// <summary>Every pass holds at most the given rows per side, or a single bucket.</summary>
    public static IEnumerable<IReadOnlyList<DifferentBucket>> Passes(IReadOnlyList<DifferentBucket> buckets, long rowsPerPass)
    {
        var pass = new List<DifferentBucket>();
        var rows = 0L;
        foreach (var bucket in buckets)
        {
            var size = Math.Max(bucket.SourceRows, bucket.TargetRows);
            if (pass.Count > 0 && rows + size > rowsPerPass)
            {
                yield return pass;
                pass = [];
                rows = 0;
            }

            pass.Add(bucket);
            rows += size;
        }

        if (pass.Count > 0) yield return pass;
    }

    /// <summary>About 4,000 rows per bucket, a power of two from 64 to 65,536.</summary>
    /// <param name="rows">Rows of the table, roughly.</param>
    public static int CountFor(long rows)
    {
        var buckets = 64;
        while (buckets < 65_536 && rows / buckets > 4_096) buckets *= 2;
        return buckets;
    }
}
