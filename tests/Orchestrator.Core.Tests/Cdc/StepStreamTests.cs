using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Model;
using Orchestrator.Pipeline.Cdc;
using static Orchestrator.Core.Tests.Cdc.Batches;

namespace Orchestrator.Core.Tests.Cdc;

public sealed class StepStreamTests
{
    [Fact]
    public void Every_change_comes_in_the_step_it_committed_in_wherever_batches_end() => Prop.ForAll<byte[], byte[], byte>((sizes, steps, begin) =>
    {
        var commits = sizes.Select((_, i) => (i + 1) * 10).ToArray();
        var end = (sizes.Length * 10) + 5;
        // Cuts anywhere, the first of them before or after the first changes; the last is the end.
        var cuts = steps.Select(s => s % (end + 1)).Append(begin % (end + 1)).Append(end).Distinct().Order().ToArray();
        var batches = sizes.Select((size, i) => Of(commits[i] + 5, (commits[i], (size % 3) + 1))).Append(Of(end)).ToList();

        var found = StepsAsync(batches, cuts).GetAwaiter().GetResult();

        for (var i = 1; i < cuts.Length; i++)
            Assert.Equal(commits.Where(c => c >= cuts[i - 1] && c < cuts[i]), found[i - 1].Distinct());
        Assert.Equal(sizes.Select((s, i) => commits[i] >= cuts[0] ? (s % 3) + 1 : 0).Sum(), found.Sum(f => f.Count));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Transaction_in_pieces_comes_whole_in_its_step()
    {
        var batches = new[] { Of(20, (10, 1)), Part(20, ends: false, (30, 2)), Part(20, ends: false, (30, 2)), Part(45, ends: true, (30, 1), (40, 1)), Of(50) };

        var found = await StepsAsync(batches, [10, 20, 40, 50]);

        Assert.Equal([[10], [30, 30, 30, 30, 30], [40]], found);
    }

    private static async Task<List<List<int>>> StepsAsync(IReadOnlyList<ChangeBatch> batches, int[] cuts)
    {
        await using var stream = new StepStream(Each(batches));
        var steps = new List<List<int>>();
        for (var i = 1; i < cuts.Length; i++)
        {
            var step = new List<int>();
            await foreach (var batch in stream.BetweenAsync(At(cuts[i - 1]), At(cuts[i]), CancellationToken.None)) step.AddRange(Commits(batch));
            steps.Add(step);
        }

        return steps;
    }

    private static async IAsyncEnumerator<ChangeBatch> Each(IEnumerable<ChangeBatch> batches)
    {
        await Task.Yield();
        foreach (var batch in batches) yield return batch;
    }
}
