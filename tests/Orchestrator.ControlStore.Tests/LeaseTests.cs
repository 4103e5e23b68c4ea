using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Tests;

public abstract class LeaseTests : StoreConformance
{
    [Fact]
    public async Task X14_second_holder_is_refused_and_the_first_is_named()
    {
        await using var one = await Bench.OpenAsync();
        await using var two = await Bench.OpenAsync();
        await one.CreateAsync(StoreBench.Options(), None);
        await using var lease = await one.AcquireAsync("shop", None);

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => two.AcquireAsync("shop", None));

        Assert.Equal(("E-LEASE-001", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains($"pid {Environment.ProcessId} on {Environment.MachineName}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X14_many_at_once_give_one_holder()
    {
        var handles = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Bench.OpenAsync()));
        await handles[0].CreateAsync(StoreBench.Options(), None);
        var leases = new System.Collections.Concurrent.ConcurrentBag<Core.Runs.IRunLease>();

        await Parallel.ForEachAsync(handles, async (own, ct) =>
        {
            try
            {
                leases.Add(await own.AcquireAsync("shop", ct));
            }
            catch (OrchestratorException e) when (e.Code == "E-LEASE-001")
            {
                Assert.Contains("shop", e.Message, StringComparison.Ordinal);
            }
        });

        await Assert.Single(leases).DisposeAsync();
        foreach (var handle in handles) await handle.DisposeAsync();
    }

    [Fact]
    public async Task Lease_given_back_can_be_taken_again_with_a_greater_token()
    {
        await using var store = await Bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        var tokens = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await using var lease = await store.AcquireAsync("shop", None);
            tokens.Add(lease.Token.Value);
        }

        Assert.Equal([1L, 2L, 3L], tokens);
    }

    [Fact]
    public async Task Runs_are_leased_one_by_one()
    {
        await using var store = await Bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options("a"), None);
        await store.CreateAsync(StoreBench.Options("b"), None);

        await using var a = await store.AcquireAsync("a", None);
        await using var b = await store.AcquireAsync("b", None);

        Assert.NotNull(b);
    }
}
