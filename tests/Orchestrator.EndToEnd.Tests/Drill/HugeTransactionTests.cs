using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Kills the process in the middle of one huge transaction: nobody ever sees a part of it (CASES X7).</summary>
[Collection(RunsAlone.Name)]
public sealed class HugeTransactionTests
{
    private const string Table = "CREATE TABLE public.huge(id int PRIMARY KEY, v text)";

    /// <summary>
    /// Leaves 150,000 rows of 400,000 changes, and changes rows the application works on. More bytes than the tool keeps
    /// together with the small transactions before it, so that it must be applied in pieces.
    /// </summary>
    private const string Transaction = """
        INSERT INTO public.huge SELECT i, repeat('x', 200) FROM generate_series(1, 200000) i;
        UPDATE public.huge SET v = v || 'second' WHERE id <= 140000;
        UPDATE shop.customer SET balance = balance + 1;
        DELETE FROM public.huge WHERE id > 150000;
        UPDATE public.huge SET id = id + 1000000 WHERE id % 10 = 0;
        """;

    private const string Rows = "150000";
    private static readonly DrillOptions Manual = new() { Cutover = "manual" };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("cdc:mid-transaction")]
    [InlineData("cdc:mid-transaction#250")]
    public async Task X7_killed_inside_a_huge_transaction_that_streams_in_resume_finishes(string point)
    {
        await using var scene = await DrillScene.StartAsync("huge", Manual);
        await scene.Pair.Source.ExecuteAsync(Table);
        var migrate = scene.Migrate(point);
        await migrate.WaitForLineAsync("phase=cdc", Patience);
        await scene.Pair.Source.ExecuteAsync(Transaction);
        await DrillScene.KilledAsync(migrate);
        await RequireWholeOrNotAtAllAsync(scene);
    }

    [Fact]
    public async Task X7_killed_inside_a_huge_transaction_of_the_backlog_resume_finishes()
    {
        await using var scene = await DrillScene.StartAsync("huge", Manual);
        await scene.Pair.Source.ExecuteAsync(Table);
        await DrillScene.KilledAsync(scene.Migrate("transition:fullload-cdc"));
        await scene.Pair.Source.ExecuteAsync(Transaction);
        await DrillScene.KilledAsync(scene.Start(["resume"], "cdc:mid-transaction#100"));
        await RequireWholeOrNotAtAllAsync(scene);
    }

    private static async Task RequireWholeOrNotAtAllAsync(DrillScene scene)
    {
        var seen = new HashSet<string?>();
        var cutover = scene.CutOverAsync();
        while (!cutover.IsCompleted)
        {
            seen.Add(await scene.Pair.Target.QueryScalarAsync("SELECT count(*) FROM public.huge"));
            await Task.Delay(10);
        }

        await cutover;
        Assert.Equal(["0", Rows], seen.Order(StringComparer.Ordinal));
        await DrillVerdict.RequireCompleteAsync(scene);
    }
}
