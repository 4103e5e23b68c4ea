using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Tests;

/// <summary>The right to drive a run where there is no file to lock (CASES X14).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RenewedLeaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task X14_lease_that_ran_out_is_taken_by_another_and_lost_by_the_first()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var one = await bench.OpenAsync();
        await using var two = await bench.OpenAsync();
        await one.CreateAsync(StoreBench.Options(), None);
        await using var paused = await one.AcquireAsync("shop", None);
        await bench.Database.ExecuteAsync("UPDATE orchestrator_control.run SET held_until = clock_timestamp() - interval '1 s'");

        await using var lease = await two.AcquireAsync("shop", None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(30), paused.Lost));
        Assert.Equal("E-LEASE-002", (await Assert.ThrowsAsync<OrchestratorException>(() => one.AppendAsync("shop", paused.Token, "note", "n", "", None))).Code);
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task X14_lease_of_a_killed_process_is_waited_for()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var store = await bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        await bench.Database.ExecuteAsync("UPDATE orchestrator_control.run SET holder = 'a dead one', held_until = clock_timestamp() + interval '3 s'");
        Assert.True(await store.IsDrivenAsync("shop", None));

        await using var lease = await store.AcquireAsync("shop", None);

        Assert.Equal(1, lease.Token.Value);
    }

    [Fact]
    public async Task X14_lease_that_is_given_back_is_free_at_once()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var store = await bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        await (await store.AcquireAsync("shop", None)).DisposeAsync();

        Assert.False(await store.IsDrivenAsync("shop", None));
    }

    [Fact]
    public async Task X14_lease_outlives_connections_that_are_cut()
    {
        await using var bench = await PostgreSqlBench.CreateAsync();
        await using var store = await bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);
        for (var second = 0; second < 18; second++)
        {
            await bench.Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.True(await store.IsDrivenAsync("shop", None));
    }
}
