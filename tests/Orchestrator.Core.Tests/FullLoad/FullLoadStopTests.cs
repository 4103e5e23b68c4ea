using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Pipeline.FullLoad;

namespace Orchestrator.Core.Tests.FullLoad;

public sealed class FullLoadStopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stop_is_heard_while_indexes_are_built()
    {
        await using var target = new EndlessIndexes();
        using var stop = new CancellationTokenSource();
        await using var runner = Runner(target);
        TableSchema[] tables = [EndlessIndexes.Table("a"), EndlessIndexes.Table("b")];
        await runner.CopyAsync(target, tables, new LoadProgress(tables), stop.Token).WaitAsync(Patience);
        Assert.Equal(2, target.Building);

        var finishing = runner.FinishAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finishing.WaitAsync(Patience));
        Assert.Equal(0, target.Building);
    }

    [Fact]
    public async Task A_load_that_fails_leaves_nothing_behind_that_builds_indexes()
    {
        await using var target = new EndlessIndexes();
        TableSchema[] tables = [EndlessIndexes.Table("a"), EndlessIndexes.Table("bad")];
        await using (var runner = Runner(target))
        {
            var copying = runner.CopyAsync(target, tables, new LoadProgress(tables), CancellationToken.None);
            await Assert.ThrowsAsync<OrchestratorException>(() => copying.WaitAsync(Patience));
        }

        Assert.Equal(0, target.Building);
    }

    private static FullLoadRunner Runner(EndlessIndexes target) => new(target, new FencingToken(1), 2, TimeProvider.System, _ => { });
}
