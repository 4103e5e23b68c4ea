using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Pipeline.Cdc;
using static Orchestrator.Core.Tests.Cdc.Batches;

namespace Orchestrator.Core.Tests.Cdc;

public sealed class BatchSplitTests
{
    [Fact]
    public void Every_change_is_on_its_side_of_the_cut_and_keeps_its_transaction() => Prop.ForAll<byte[], byte>((sizes, cut) =>
    {
        var transactions = sizes.Select((s, i) => (Commit: (i + 1) * 10, Changes: s % 4)).ToArray();
        var end = (sizes.Length * 10) + 5;
        var batch = Of(end, transactions);

        var (before, after) = BatchSplit.At(batch, At(cut));

        var all = transactions.SelectMany(t => Enumerable.Repeat(t.Commit, t.Changes)).ToList();
        Assert.Equal(all.Where(c => c < cut), before is null ? [] : Commits(before));
        Assert.Equal(all.Where(c => c >= cut), after is null ? [] : Commits(after));
        Assert.True(before is null || before.End.CompareTo(At(cut)) <= 0, "applied past the cut");
        Assert.Equal(end, (int)((Orchestrator.Core.Positions.LsnPosition)(after ?? before)!.End).Lsn.Value);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_part_of_a_huge_transaction_before_the_cut_goes_on_whole()
    {
        var part = Part(50, ends: false, (60, 3));

        Assert.Equal((part, null), BatchSplit.At(part, At(61)));
        Assert.Equal((null, part), BatchSplit.At(part, At(60)));
    }

    [Fact]
    public void A_position_that_moved_by_itself_is_cut_too()
    {
        var idle = Of(100);

        Assert.Equal((idle, null), BatchSplit.At(idle, At(100)));
        Assert.Equal((null, idle), BatchSplit.At(idle, At(99)));
    }
}
