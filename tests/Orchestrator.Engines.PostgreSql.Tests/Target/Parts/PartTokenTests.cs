using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Parts;

/// <summary>CASES X10, X11, X14: whoever loses its parts, or its driver, writes nothing twice.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class PartTokenTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task X14_worker_whose_parts_were_taken_over_writes_nothing()
    {
        await using var bench = await OpenAsync("zombiepart");
        var driving = bench.DriveAsync();
        await using var zombie = bench.Join("zombie");
        var step = await bench.NextAsync(zombie);
        await bench.SilenceAsync("zombie");
        await using var other = bench.Join("other");
        await other.ApplyAsync(await bench.NextAsync(other), bench.Of(step), None);
        await driving.WaitAsync(TimeSpan.FromSeconds(30));

        // Its session was ended; were it not, its token would no longer be that of a part.
        await Assert.ThrowsAnyAsync<Exception>(() => zombie.ApplyAsync(step, bench.Of(step), None));

        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task X14_transaction_of_a_worker_that_is_paused_in_it_is_ended()
    {
        await using var bench = await OpenAsync("pausedpart");
        var driving = bench.DriveAsync();
        await using var paused = bench.Join("paused");
        var step = await bench.NextAsync(paused);
        var wake = new TaskCompletionSource();
        var written = new TaskCompletionSource();
        var applying = paused.ApplyAsync(step, PausingAsync(bench, step, written, wake.Task), None);
        await written.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await bench.SilenceAsync("paused");

        await using var other = bench.Join("other");
        await other.ApplyAsync(await bench.NextAsync(other), bench.Of(step), None);
        await driving.WaitAsync(TimeSpan.FromSeconds(30));
        wake.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => applying);
        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task X10_part_that_has_the_step_already_is_left_alone()
    {
        await using var bench = await OpenAsync("twicepart");
        var driving = bench.DriveAsync();
        await using var worker = bench.Join();
        var step = await bench.NextAsync(worker);
        var first = await worker.ApplyAsync(step, bench.Of(step), None);

        var second = await worker.ApplyAsync(step, bench.Of(step), None);

        Assert.Equal((SharedBench.Parts, 0), (first.Parts, second.Parts));
        await driving.WaitAsync(TimeSpan.FromSeconds(30));
        await bench.AssertEqualAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task X11_step_of_a_driver_that_died_is_finished_by_the_next(bool appliedBefore)
    {
        await using var bench = await OpenAsync("deaddriver");
        using var stop = new CancellationTokenSource();
        var driving = bench.DriveAsync(1, stop.Token);
        await using var worker = bench.Join();
        var step = await bench.NextAsync(worker);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driving);
        if (appliedBefore) await worker.ApplyAsync(step, bench.Of(step), None);
        await bench.Bench.Target.Ledger.OpenAsync(await SourceAsync(bench), new FencingToken(2), None);
        if (!appliedBefore) Assert.Equal(0, (await worker.ApplyAsync(step, bench.Of(step), None)).Parts);
        using var end = new CancellationTokenSource();
        var working = bench.WorkAsync(worker, end.Token);

        var finished = await Assert.ThrowsAsync<OrchestratorException>(() => bench.DriveAsync(2).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal("E-CDC-001", finished.Code);
        Assert.Equal(step.To, (await bench.Bench.CheckpointAsync()).Position);
        await end.CancelAsync();
        await working;
        await bench.AssertEqualAsync();
    }

    [Fact]
    public async Task X14_driver_with_an_older_token_announces_nothing()
    {
        await using var bench = await OpenAsync("olddriver");
        await bench.Bench.Target.Ledger.OpenAsync(await SourceAsync(bench), new FencingToken(2), None);

        var refused = await Assert.ThrowsAsync<OrchestratorException>(() => bench.DriveAsync());

        Assert.Equal("E-LEASE-002", refused.Code);
        Assert.Equal("0", await bench.Target.QueryScalarAsync("SELECT count(*) FROM orchestrator.apply_step"));
    }

    [Fact]
    public async Task C12_worker_with_another_plan_joins_anew_before_it_applies()
    {
        await using var bench = await OpenAsync("planpart");
        using var stop = new CancellationTokenSource();
        var driving = bench.DriveAsync(1, stop.Token);
        await using var worker = bench.Join();
        var other = bench.Tables.Select(t => t with { Columns = [.. t.Columns.Select(c => c with { Type = "bigint" })] }).ToList();

        var refused = await Assert.ThrowsAsync<OrchestratorException>(() => worker.NextAsync(other, None).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal("E-CDC-003", refused.Code);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driving);
    }

    [Fact]
    public async Task X11_worker_that_leaves_or_joins_changes_the_shares()
    {
        await using var bench = await OpenAsync("joinpart");
        using var stop = new CancellationTokenSource();
        await bench.DriveNothingAsync();
        await using var first = bench.Join("first");
        var one = bench.WorkAsync(first, stop.Token);
        await bench.UntilSharedAsync(1);

        await using (var second = bench.Join("second"))
        {
            using var leave = new CancellationTokenSource();
            var two = bench.WorkAsync(second, leave.Token);
            await bench.UntilSharedAsync(2);
            Assert.Equal("2,2", await bench.Target.QueryScalarAsync("SELECT string_agg(n::text, ',') FROM (SELECT count(*) n FROM orchestrator.apply_part GROUP BY token) s"));
            await leave.CancelAsync();
            await two;
        }

        await bench.UntilSharedAsync(1);
        await stop.CancelAsync();
        await one;
    }

    private static async Task<SharedBench> OpenAsync(string name)
    {
        var bench = await SharedBench.LoadedAsync(name, "CREATE TABLE a (id int PRIMARY KEY, v int)", "INSERT INTO a SELECT i, i FROM generate_series(1, 500) i");
        await bench.ChangeAsync("UPDATE a SET v = v + 1; INSERT INTO a SELECT i, i FROM generate_series(501, 900) i; DELETE FROM a WHERE id % 3 = 0");
        return bench;
    }

    private static async Task<string> SourceAsync(SharedBench bench) => (await bench.Bench.Target.Ledger.ReadAsync(None))!.SourceIdentity;

    /// <summary>The step's changes, and then nothing until it is woken.</summary>
    private static async IAsyncEnumerable<ChangeBatch> PausingAsync(SharedBench bench, Core.Writing.ApplyStep step, TaskCompletionSource written, Task wake)
    {
        await foreach (var batch in bench.Of(step)) yield return batch;
        written.SetResult();
        await wake;
    }
}
