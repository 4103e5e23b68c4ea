using System.Diagnostics;

namespace Orchestrator.TestKit.Tests;

public sealed class OrchestratorProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Lines_of_both_streams_and_the_exit_code_are_seen()
    {
        await using var process = Shell("echo one; echo two >&2; exit 7");
        Assert.Equal("two", await process.WaitForLineAsync("^t.o$", Soon));
        Assert.Equal(7, await process.WaitForExitAsync(Soon));
        Assert.Equal("one\n", process.Output);
    }

    [Fact]
    public async Task Kill_ends_it_with_137()
    {
        await using var process = Shell("echo up; while :; do sleep 0.1; done");
        await process.WaitForLineAsync("up", Soon);
        await process.KillAsync();
        Assert.Equal(137, await process.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task Interrupt_reaches_its_handler()
    {
        await using var process = Shell("trap 'exit 130' INT; echo up; while :; do sleep 0.1; done");
        await process.WaitForLineAsync("up", Soon);
        await process.InterruptAsync();
        Assert.Equal(130, await process.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task A_line_that_never_comes_is_told_with_the_output()
    {
        await using var process = Shell("echo something else");
        var error = await Assert.ThrowsAsync<TimeoutException>(() => process.WaitForLineAsync("wanted", Soon));
        Assert.Contains("something else", error.Message, StringComparison.Ordinal);
    }

    private static OrchestratorProcess Shell(string script) => OrchestratorProcess.Start(new ProcessStartInfo("bash", ["-c", script]));
}
