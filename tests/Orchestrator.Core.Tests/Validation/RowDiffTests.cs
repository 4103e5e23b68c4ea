using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Validation;
using Orchestrator.Pipeline.Validation;

namespace Orchestrator.Core.Tests.Validation;

/// <summary>The comparison of two multisets of rows, against a count done the slow way.</summary>
public sealed class RowDiffTests
{
    /// <summary>Few distinct keys and hashes, so that duplicates, equal rows and changed rows all come up.</summary>
    private static readonly Arbitrary<(int[] Source, int[] Target)> TwoSides =
        Gen.Choose(0, 19).ArrayOf().Two().Select(t => (t.Item1, t.Item2)).ToArbitrary();

    [Fact]
    public void Rows_of_a_table_with_a_key_are_counted_and_paired_by_key() => Check.QuickThrowOnFailure(Prop.ForAll(TwoSides, sides =>
    {
        var found = RowDiff.Compare(sides.Source.Select(n => Keyed(n)), sides.Target.Select(n => Keyed(n)));
        for (var key = 0; key < 5; key++)
        {
            int Surplus(int[] of, int[] against) => Enumerable.Range(0, 4)
                .Sum(v => Math.Max(0, of.Count(n => n == (v * 5) + key) - against.Count(n => n == (v * 5) + key)));
            var (missing, extra) = (Surplus(sides.Source, sides.Target), Surplus(sides.Target, sides.Source));
            var changed = Math.Min(missing, extra);
            var ofKey = found.Where(f => f.Any.Key[0] == $"{key}").ToList();
            Assert.Equal(
                (missing - changed, extra - changed, changed),
                (Sum(ofKey, DifferenceKind.Missing), Sum(ofKey, DifferenceKind.Extra), Sum(ofKey, DifferenceKind.Changed)));
            Assert.All(ofKey.Where(f => f.Kind == DifferenceKind.Changed), f => Assert.NotEqual(f.Source!.HashA, f.Target!.HashA));
        }
    }));

    [Fact]
    public void Rows_of_a_table_without_a_key_are_counted_and_never_paired() => Check.QuickThrowOnFailure(Prop.ForAll(TwoSides, sides =>
    {
        var found = RowDiff.Compare(Grouped(sides.Source), sides.Target.Select(n => new RowDigest([], n, -n)));
        for (var n = 0; n < 20; n++)
        {
            var surplus = sides.Source.Count(x => x == n) - sides.Target.Count(x => x == n);
            var row = found.SingleOrDefault(f => f.Any.HashA == n);
            Assert.Equal(surplus, row is null ? 0 : row.Kind == DifferenceKind.Missing ? row.Count : -row.Count);
        }
    }));

    [Fact]
    public void Order_does_not_matter() => Check.QuickThrowOnFailure(Prop.ForAll(TwoSides, sides =>
        Assert.Empty(RowDiff.Compare(sides.Source.Select(n => Keyed(n)), sides.Source.Reverse().Select(n => Keyed(n))))));

    [Fact]
    public void Composite_keys_are_not_confused() => Assert.Equal(
        2, RowDiff.Compare([new RowDigest(["a", "bc"], 1, 1)], [new RowDigest(["ab", "c"], 1, 1)]).Count);

    [Fact]
    public void V8_a_collision_of_one_hash_is_caught_by_the_other() => Assert.Equal(
        DifferenceKind.Changed, Assert.Single(RowDiff.Compare([new RowDigest(["k"], 1, 1)], [new RowDigest(["k"], 1, 2)])).Kind);

    [Fact]
    public void Passes_cover_every_bucket_once_within_the_limit() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 40).ArrayOf().ToArbitrary(),
        sizes =>
        {
            DifferentBucket[] buckets = [.. sizes.Select((s, i) => new DifferentBucket(i, s, s / 2))];
            var passes = BucketDiff.Passes(buckets, 50).ToList();
            Assert.Equal(buckets, passes.SelectMany(p => p));
            Assert.All(passes, p => Assert.True(p.Count == 1 || p.Sum(b => b.SourceRows) <= 50));
        }));

    [Theory]
    [InlineData(-50, 64)]
    [InlineData(4_000_000, 1024)]
    [InlineData(10_000_000_000, 65_536)]
    public void Bucket_count_is_a_power_of_two_within_bounds(long rows, int expected) => Assert.Equal(expected, BucketDiff.CountFor(rows));

    private static RowDigest Keyed(int n) => new([$"{n % 5}"], n, -n);

    private static IEnumerable<RowDigest> Grouped(int[] numbers) =>
        numbers.CountBy(n => n).Select(g => new RowDigest([], g.Key, -g.Key, g.Value));

    private static int Sum(IEnumerable<DifferingRow> rows, DifferenceKind kind) => (int)rows.Where(r => r.Kind == kind).Sum(r => r.Count);
}
