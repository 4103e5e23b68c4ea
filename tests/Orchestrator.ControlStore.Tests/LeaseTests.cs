using System.Diagnostics;
using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Tests;

public sealed class LeaseTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task X14_second_holder_is_refused_and_the_first_is_named()
    {
        await using var one = await _folder.OpenAsync();
        await using var two = await _folder.OpenAsync();
        await one.CreateAsync(StoreFolder.Options(), None);
        await using var lease = await one.AcquireAsync("shop", None);

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => two.AcquireAsync("shop", None));

        Assert.Equal(("E-LEASE-001", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains($"pid {Environment.ProcessId} on {Environment.MachineName}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X14_many_at_once_give_one_holder()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreFolder.Options(), None);
        var leases = new System.Collections.Concurrent.ConcurrentBag<Core.Runs.IRunLease>();

        await Parallel.ForAsync(0, 8, async (_, ct) =>
        {
            await using var own = await _folder.OpenAsync();
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
    }

    [Fact]
    public async Task Lease_given_back_can_be_taken_again_with_a_greater_token()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreFolder.Options(), None);
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
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreFolder.Options("a"), None);
        await store.CreateAsync(StoreFolder.Options("b"), None);

        await using var a = await store.AcquireAsync("a", None);
        await using var b = await store.AcquireAsync("b", None);

        Assert.NotNull(b);
    }

    [Fact]
    public async Task X14_holder_in_another_process_is_respected_and_its_kill_frees_the_run_at_once()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreFolder.Options(), None);
        using var holder = StartHolder(Path.Combine(_folder.Path, "shop.lock"));
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(None));

        Assert.Equal("E-LEASE-001", (await Assert.ThrowsAsync<OrchestratorException>(() => store.AcquireAsync("shop", None))).Code);
        holder.Kill();
        await holder.WaitForExitAsync(None);

        await using var lease = await store.AcquireAsync("shop", None);
        Assert.Equal(1, lease.Token.Value);
    }

    /// <summary>A process of its own that locks the file as we do (an exclusive flock) and keeps it until it is killed.</summary>
    private static Process StartHolder(string lockFile) => Process.Start(
        new ProcessStartInfo("bash", ["-c", "exec 9>>\"$1\"; flock -n 9 || exit 1; echo held; exec sleep 60", "holder", lockFile])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
}
