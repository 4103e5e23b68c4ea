using System.Diagnostics;
using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore.Tests;

public sealed class FileLeaseTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SqliteBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task X14_holder_in_another_process_is_respected_and_its_kill_frees_the_run_at_once()
    {
        await using var store = await _bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        using var holder = StartHolder(Path.Combine(_bench.Path, "shop.lock"));
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
